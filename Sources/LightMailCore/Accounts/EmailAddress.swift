/// An address that has an account or an alias here: lower case, at most 320 bytes.
package struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    package let localPart: String
    package let domain: String

    /// The whole address.
    package var description: String { "\(localPart)@\(domain)" }

    /// Refuses what has no local part or no domain, has spaces or control characters, or is too long.
    package init(_ text: String) throws(StoreError) {
        let lower = text.lowercased()
        guard lower.utf8.count <= 320 else { throw StoreError(.invalid("the address is too long")) }
        guard let at = lower.lastIndex(of: "@"), at != lower.startIndex else {
            throw StoreError(.invalid("the address has the form name@domain"))
        }
        localPart = String(lower[..<at])
        domain = try DomainName(String(lower[lower.index(after: at)...])).description
        guard localPart.unicodeScalars.allSatisfy({ $0.value > 0x20 && !(0x7F...0x9F).contains($0.value) }) else {
            throw StoreError(.invalid("the address has a space or a control character"))
        }
    }

    private init(localPart: String, domain: String) {
        self.localPart = localPart
        self.domain = domain
    }

    /// The address without its `+detail` (RFC 5233); nil when it has none.
    var withoutDetail: EmailAddress? {
        guard let plus = localPart.firstIndex(of: "+"), plus != localPart.startIndex else { return nil }
        return EmailAddress(localPart: String(localPart[..<plus]), domain: domain)
    }
}

/// A mail domain: lower case, letters of any script, digits, hyphens and dots.
package struct DomainName: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Refuses empty labels, labels over 63 bytes, names over 255 and characters that no domain has.
    package init(_ text: String) throws(StoreError) {
        description = text.lowercased()
        let labels = description.split(separator: ".", omittingEmptySubsequences: false)
        let isGood = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.unicodeScalars.allSatisfy {
                    $0 == "-" || $0.properties.isAlphabetic || ("0"..."9").contains($0)
                }
        }
        guard isGood, description.utf8.count <= 255 else {
            throw StoreError(.invalid("the domain is not a domain name"))
        }
    }
}

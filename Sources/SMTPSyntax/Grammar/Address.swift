// An envelope address: what RFC 5321 calls Mailbox. The local part is held without its quoting, so that the quoted
// and the plain spelling of one address are equal.

/// RFC 5321 section 4.1.2: `Mailbox = Local-part "@" ( Domain / address-literal )`.
///
/// Called Address because in this house a mailbox is where messages rest.
package struct Address: Hashable, Sendable {
    /// The local part with quotes and backslashes undone; case is kept.
    package let localPart: String
    package let domain: Domain

    package init(localPart: String, domain: Domain) {
        self.localPart = localPart
        self.domain = domain
    }

    /// As it stands in a path: the local part quoted only when it must be.
    package var encoded: String { "\(quotedLocalPart)@\(domain.encoded)" }

    /// False when the address can travel only with SMTPUTF8 (RFC 6531).
    package var isASCII: Bool { encoded.utf8.allSatisfy { $0 < 0x80 } }

    private var quotedLocalPart: String {
        let atoms = localPart.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if atoms.allSatisfy({ !$0.isEmpty && $0.allSatisfy(CharacterClass.isAtomText) }) { return localPart }
        var quoted = "\""
        for scalar in localPart.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}

extension Address: CustomStringConvertible {
    package var description: String { encoded }
}

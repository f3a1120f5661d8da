// Address literals.

extension Cursor {
    /// `"[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"` (RFC 5321 section 4.1.3).
    mutating func addressLiteral() throws(CommandError) -> AddressLiteral {
        let start = offset
        guard take("[") else { throw error(.badPath("Bad address literal")) }
        // dcontent is ASCII, so decoding cannot fail or change anything.
        let content = String(decoding: take(while: CharacterClass.isLiteralContent), as: UTF8.self)
        guard take("]"), let literal = AddressLiteral(content: content) else {
            throw CommandError(.badPath("Bad address literal"), offset: start)
        }
        return literal
    }
}

extension AddressLiteral {
    /// Takes the text between the brackets; nil when it is no address literal.
    package init?(content: String) {
        if AddressLiteral.isIPv4(content[...]) {
            self = .ipv4(content)
            return
        }
        guard let colon = content.firstIndex(of: ":") else { return nil }
        let tag = content[..<colon]
        let rest = content[content.index(after: colon)...]
        if tag.lowercased() == "ipv6" {
            guard AddressLiteral.isIPv6(rest) else { return nil }
            self = .ipv6(String(rest))
            return
        }
        // Standardized-tag = Ldh-str = *( ALPHA / DIGIT / "-" ) Let-dig
        guard !rest.isEmpty, let last = tag.utf8.last, CharacterClass.isAlphanumeric(last),
            tag.utf8.allSatisfy({ CharacterClass.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }),
            rest.utf8.allSatisfy(CharacterClass.isLiteralContent)
        else { return nil }
        self = .general(tag: String(tag), content: String(rest))
    }

    /// `Snum 3("." Snum)`, each 0...255 in at most three digits.
    private static func isIPv4(_ text: Substring) -> Bool {
        let numbers = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return numbers.count == 4
            && numbers.allSatisfy { digits in
                (1...3).contains(digits.count) && digits.allSatisfy(CharacterClass.isDigit)
                    && digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
            }
    }

    /// `IPv6-full / IPv6-comp / IPv6v4-full / IPv6v4-comp`: eight groups, of which one `::` stands for at least two,
    /// and of which an IPv4 address may be the last two.
    private static func isIPv6(_ text: Substring) -> Bool {
        var rest = text
        var embedded = 0
        if rest.utf8.contains(UInt8(ascii: ".")) {
            guard let colon = rest.lastIndex(of: ":") else { return false }
            guard isIPv4(rest[rest.index(after: colon)...]) else { return false }
            embedded = 2
            // The colon before the IPv4 address goes with it, unless it is the second of "::".
            let before = rest[..<colon]
            rest = before.last == ":" ? rest[...colon] : before
        }
        guard let gap = rest.firstRange(of: "::") else {
            return groupCount(rest) == 8 - embedded
        }
        guard let left = groupCount(rest[..<gap.lowerBound]), let right = groupCount(rest[gap.upperBound...]) else {
            return false
        }
        return left + right + embedded <= 6
    }

    /// How many `IPv6-hex = 1*4HEXDIG` the text joins with colons; nil when it is anything else.
    private static func groupCount(_ text: Substring) -> Int? {
        if text.isEmpty { return 0 }
        let groups = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let areGroups = groups.allSatisfy { (1...4).contains($0.count) && $0.allSatisfy(CharacterClass.isHexDigit) }
        return areGroups ? groups.count : nil
    }
}

// Where an address points: a domain name, or an address literal in brackets.

/// RFC 5321 section 4.1.2: `Domain / address-literal`.
package enum Domain: Hashable, Sendable {
    /// A domain name as the client spelled it. With SMTPUTF8 it may hold U-labels (RFC 6531 section 3.3).
    case name(String)
    /// RFC 5321 section 4.1.3.
    case literal(AddressLiteral)

    /// As it stands in a command.
    package var encoded: String {
        switch self {
        case .name(let name): name
        case .literal(let literal): literal.encoded
        }
    }

    /// Longest domain name in bytes (RFC 5321 section 4.5.3.1.2).
    package static let longestName = 255
}

/// RFC 5321 section 4.1.3: a host by its network address. Holds the text that was checked, without the brackets.
package enum AddressLiteral: Hashable, Sendable {
    case ipv4(String)
    /// Without the `IPv6:` tag.
    case ipv6(String)
    case general(tag: String, content: String)

    /// As it stands in a command, with its brackets.
    package var encoded: String {
        switch self {
        case .ipv4(let text): "[\(text)]"
        case .ipv6(let text): "[IPv6:\(text)]"
        case .general(let tag, let content): "[\(tag):\(content)]"
        }
    }
}

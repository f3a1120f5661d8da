// The two paths of an envelope. A source route is read and forgotten (RFC 5321 appendix C).

/// RFC 5321 section 4.1.2: `Reverse-path = Path / "<>"`.
package enum ReversePath: Hashable, Sendable {
    /// `<>`: a delivery report or another message nobody is to answer (RFC 5321 section 4.5.5).
    case null
    case address(Address)

    /// With its angle brackets, as Return-Path and MAIL carry it.
    package var encoded: String {
        switch self {
        case .null: "<>"
        case .address(let address): "<\(address.encoded)>"
        }
    }

    /// False when the path can travel only with SMTPUTF8.
    package var isASCII: Bool {
        switch self {
        case .null: true
        case .address(let address): address.isASCII
        }
    }
}

/// RFC 5321 section 4.1.1.3: `"<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path`.
package enum ForwardPath: Hashable, Sendable {
    /// `<Postmaster>` without a domain, in any case: the postmaster of this host.
    case postmaster
    case address(Address)

    /// With its angle brackets.
    package var encoded: String {
        switch self {
        case .postmaster: "<Postmaster>"
        case .address(let address): "<\(address.encoded)>"
        }
    }

    /// False when the path can travel only with SMTPUTF8.
    package var isASCII: Bool {
        switch self {
        case .postmaster: true
        case .address(let address): address.isASCII
        }
    }
}

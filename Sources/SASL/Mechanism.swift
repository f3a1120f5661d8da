// The mechanisms this server speaks, and what one step of a mechanism may lead to.

/// A SASL mechanism by its registered name (RFC 4422 section 3.1).
package enum Mechanism: String, CaseIterable, Sendable {
    /// RFC 4616.
    case plain = "PLAIN"
    /// The LOGIN mechanism of draft-murchison-sasl-login: obsolete, and still what some mail clients offer first.
    case login = "LOGIN"
    /// RFC 7677.
    case scramSHA256 = "SCRAM-SHA-256"
    /// RFC 7628.
    case oauthBearer = "OAUTHBEARER"
    /// What OAUTHBEARER was before it was a standard; some providers' clients know nothing else.
    case xoauth2 = "XOAUTH2"

    /// Looks a mechanism up by name; names are compared without regard to case, as clients send them in either.
    package init?(named name: String) {
        self.init(rawValue: name.uppercased())
    }
}

/// Why an exchange ended without evidence.
package enum ExchangeError: Error, Equatable, Sendable {
    /// The client sent `*` (RFC 4954 section 4, RFC 9051 section 6.2.2).
    case cancelled
    /// A response that is not Base64, or is longer than any honest one.
    case badEncoding(Base64.DecodingError)
    /// A response that the mechanism does not allow, with the reason in words fit for a reply.
    case badResponse(String)
}

/// Where a mechanism stands after a step.
enum MechanismStep {
    /// It asks for one more response.
    case challenge([UInt8])
    /// It needs to know how the password of this name was salted.
    case salt(of: String)
    /// It has all it needs.
    case evidence(Evidence)
    /// The client has taken note of how its evidence was judged.
    case acknowledged
}

/// Takes a non-empty run of UTF-8 as an identity.
func identity(_ bytes: some Collection<UInt8>, what: String) throws(ExchangeError) -> String {
    guard !bytes.isEmpty else { throw .badResponse("empty \(what)") }
    guard bytes.count <= CredentialLimits.identity else { throw .badResponse("\(what) too long") }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
        throw .badResponse("\(what) is not UTF-8")
    }
    return text
}

/// Takes a non-empty run of UTF-8 without NUL as a password. NUL is refused because a password check that stops at
/// it, as crypt does, would accept a mere prefix.
func password(_ bytes: ArraySlice<UInt8>) throws(ExchangeError) -> Secret {
    guard !bytes.isEmpty else { throw .badResponse("empty password") }
    guard bytes.count <= CredentialLimits.password else { throw .badResponse("password too long") }
    guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
        throw .badResponse("password is not UTF-8")
    }
    return Secret(bytes)
}

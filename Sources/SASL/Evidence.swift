// What a client has claimed and shown at the end of an exchange, for the account store to judge.

/// What a client claims and proves.
package enum Evidence: Equatable, Sendable {
    /// PLAIN and LOGIN show the password itself.
    case password(PasswordEvidence)
    /// SCRAM shows that the client knows it.
    case scram(ScramEvidence)
    /// OAUTHBEARER and XOAUTH2 show what a third party has given out.
    case token(TokenEvidence)

    /// Who the client says it is; proved only once the evidence is. Nil where the token alone says it.
    package var authenticationIdentity: String? {
        switch self {
        case .password(let evidence): evidence.authenticationIdentity
        case .scram(let evidence): evidence.authenticationIdentity
        case .token(let evidence): evidence.identity
        }
    }

    /// Whom the client wants to act as, when that is not simply whom it is (RFC 4422 section 3.4.1).
    package var authorizationIdentity: String? {
        switch self {
        case .password(let evidence): evidence.authorizationIdentity
        case .scram(let evidence): evidence.authorizationIdentity
        case .token: nil
        }
    }
}

/// A name and the password that goes with it.
package struct PasswordEvidence: Equatable, Sendable {
    /// Whom the client wants to act as, when that is not simply `authenticationIdentity` (RFC 4616 section 2).
    package let authorizationIdentity: String?
    /// Whose password this is.
    package let authenticationIdentity: String
    /// The password: 1 to ``CredentialLimits/password`` bytes of UTF-8 without NUL.
    package let password: Secret

    package init(authorizationIdentity: String? = nil, authenticationIdentity: String, password: Secret) {
        self.authorizationIdentity = authorizationIdentity
        self.authenticationIdentity = authenticationIdentity
        self.password = password
    }
}

/// A name and a proof that the client knows its password (RFC 5802 section 3).
package struct ScramEvidence: Equatable, Sendable {
    package let authorizationIdentity: String?
    package let authenticationIdentity: String
    /// AuthMessage: what both sides have said, which the proof is made over.
    package let message: [UInt8]
    /// ClientProof: 32 bytes.
    package let proof: Secret
}

/// A bearer token, and whose account it is meant to open.
package struct TokenEvidence: Equatable, Sendable {
    /// Whose account the client wants; nil when the token alone is to say it.
    package let identity: String?
    /// 1 to ``CredentialLimits/token`` bytes of the characters that a bearer token may have.
    package let token: Secret
}

/// How long an identity, a password and a token may be, in bytes of UTF-8. RFC 4616 section 2 asks for at least 255 in
/// the first two.
package enum CredentialLimits {
    package static let identity = 255
    package static let password = 512
    package static let token = 5_000
}

// LOGIN (draft-murchison-sasl-login): the name in one response, the password in the next.

/// The server's side of LOGIN.
struct LoginMechanism {
    static let longestResponse = CredentialLimits.password

    private var name: String?

    /// Clients match these challenges literally, so they are spelled as the draft spells them.
    func start() -> MechanismStep { .challenge(Array("Username:".utf8)) }

    mutating func respond(_ message: [UInt8]) throws(ExchangeError) -> MechanismStep {
        guard let name else {
            name = try identity(message[...], what: "user name")
            return .challenge(Array("Password:".utf8))
        }
        return .evidence(
            .password(PasswordEvidence(authenticationIdentity: name, password: try password(message[...]))))
    }
}

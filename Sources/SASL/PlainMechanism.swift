// PLAIN (RFC 4616): one message with everything in it.

/// The server's side of PLAIN.
///
///     message   = [authzid] UTF8NUL authcid UTF8NUL passwd
///     authcid   = 1*SAFE ; MUST accept up to 255 octets
///     authzid   = 1*SAFE ; MUST accept up to 255 octets
///     passwd    = 1*SAFE ; MUST accept up to 255 octets
struct PlainMechanism {
    /// Longest message: three fields and two separators.
    static let longestResponse = 2 * CredentialLimits.identity + CredentialLimits.password + 2

    /// Without an initial response the server asks with an empty challenge (RFC 4422 section 5).
    func start() -> MechanismStep { .challenge([]) }

    func respond(_ message: [UInt8]) throws(ExchangeError) -> MechanismStep {
        let fields = message.split(separator: 0, omittingEmptySubsequences: false)
        guard fields.count == 3 else { throw .badResponse("PLAIN takes three fields") }
        let authorization = fields[0].isEmpty ? nil : try identity(fields[0], what: "authorization identity")
        let authentication = try identity(fields[1], what: "authentication identity")
        return .evidence(
            .password(
                PasswordEvidence(
                    authorizationIdentity: authorization,
                    authenticationIdentity: authentication,
                    password: try password(fields[2]))))
    }
}

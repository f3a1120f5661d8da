import POP3Syntax

extension Session {
    /// RFC 1939 7. After a refusal the client begins with USER again.
    mutating func pass(_ password: POP3Syntax.Secret, _ ending: inout Ending) async throws -> Reply {
        try requirePrivacy()
        guard let name = user else { throw CommandFailure.error("USER first") }
        user = nil
        return try await conclude(await clientLogin.check(name: name, password: password.bytes), &ending)
    }
}

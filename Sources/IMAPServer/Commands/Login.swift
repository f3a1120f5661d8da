import IMAPSyntax
import LightMailCore
import LightMailDaemon
import NIOCore

extension Session {
    /// RFC 9051 6.2.3
    mutating func login(
        _ user: [UInt8], _ password: IMAPSyntax.Secret, _ ending: inout Ending
    ) async throws -> Completion {
        try requirePrivacy()
        return conclude(
            await clientLogin.check(name: String(decoding: user, as: UTF8.self), password: password.bytes), &ending)
    }

    /// RFC 9051 6.2.3, RFC 5530: a password is not asked for where others could read it.
    func requirePrivacy() throws(CommandFailure) {
        if isLoginDisabled { throw .no("Begin TLS first", .privacyRequired) }
    }

    /// RFC 5530: the end of a login, whatever command brought it.
    mutating func conclude(_ outcome: LoginOutcome, _ ending: inout Ending) -> Completion {
        switch outcome {
        case .account(let account):
            self.account = account
            logger[metadataKey: LogKey.account] = "\(account.username)"
            logger.info("logged in", metadata: ["tls": "\(isSecure)"])
            service.metrics.authenticated.increment()
            return .ok(ResponseText("Logged in", code: .capability(capabilities)))
        case .unavailable(let error):
            return ErrorReplies.completion(for: error)
        case .refused(let refusal):
            ending.delay = TimeAmount(refusal.delay)
            if refusal.endsSession {
                out.append(.bye(ResponseText("Too many failed logins")))
                ending.action = .close
            }
            return .no(ErrorReplies.text(of: refusal.reason))
        }
    }
}

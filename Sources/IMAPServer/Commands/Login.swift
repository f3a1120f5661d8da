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
        return try await logIn(as: String(decoding: user, as: UTF8.self), password.bytes, &ending)
    }

    /// RFC 9051 6.2.3, RFC 5530: a password is not asked for where others could read it.
    func requirePrivacy() throws(CommandFailure) {
        if isLoginDisabled { throw .no("Begin TLS first", .privacyRequired) }
    }

    /// Checks a name and a password, whatever command they came with. An unknown name and a wrong password get the same
    /// answer after the same time.
    mutating func logIn(as user: String, _ password: [UInt8], _ ending: inout Ending) async throws -> Completion {
        let account: Account?
        do throws(StoreError) {
            account = try await store.accounts.authenticate(username: user, password: password)
        } catch {
            if error.kind == .inactive { logger.notice("login to an inactive account", metadata: ["user": "\(user)"]) }
            return report(error)
        }
        guard let account else { return refuseLogin(as: user, &ending) }
        self.account = account
        failedLogins = 0
        logger[metadataKey: LogKey.account] = "\(account.username)"
        logger.info("logged in", metadata: ["tls": "\(isSecure)"])
        service.metrics.authenticated.increment()
        return .ok(ResponseText("Logged in", code: .capability(capabilities)))
    }

    private mutating func refuseLogin(as user: String, _ ending: inout Ending) -> Completion {
        failedLogins += 1
        service.metrics.failedLogins.increment()
        logger.notice("login refused", metadata: ["user": "\(user.prefix(100))", "attempt": "\(failedLogins)"])
        ending.delay = service.limits.failedLoginDelay
        if failedLogins >= service.limits.failedLogins {
            out.append(.bye(ResponseText("Too many failed logins")))
            ending.action = .close
        }
        return .no(ResponseText("Wrong user name or password", code: .authenticationFailed))
    }
}

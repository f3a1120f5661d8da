import LightMailDaemon
import SASL
import SMTPSyntax

extension Session {
    /// RFC 4954 section 4.
    mutating func auth(_ command: AuthCommand) -> Step {
        guard client != nil, !isPlain else { return badSequence("Say EHLO first") }
        guard account == nil else { return badSequence("Authenticated already") }
        guard transaction == nil else { return badSequence("A message is under way already") }
        guard mayAuthenticate else {
            return .reply(Reply(538, EnhancedStatusCode(5, 7, 11), "Begin TLS first"))
        }
        guard let clientLogin, let mechanism = Mechanism(named: command.mechanism),
            server.authenticator?.mechanisms(isSecure: isTLS).contains(mechanism) == true
        else {
            return .reply(Reply(504, EnhancedStatusCode(5, 5, 4), "No such mechanism"))
        }
        return proceed(clientLogin) { login throws(ExchangeError) in
            try await login.begin(mechanism, initialResponse: command.initialResponse)
        }
    }

    /// The client's answer to a challenge.
    mutating func continueAuthentication(_ line: some Collection<UInt8>) -> Step {
        isAuthenticating = false
        guard let clientLogin else { return badSequence("AUTH first") }
        let response = Array(line)
        return proceed(clientLogin) { login throws(ExchangeError) in try await login.resume(response) }
    }

    /// Takes one step of an exchange beside the event loop.
    private func proceed(
        _ login: ClientLogin,
        _ body: @escaping @Sendable (inout ClientLogin) async throws(ExchangeError) -> ClientLogin.Step
    ) -> Step {
        .wait {
            var login = login
            do throws(ExchangeError) {
                let step = try await body(&login)
                if case .outcome(.refused(let refusal)) = step { try? await Task.sleep(for: refusal.delay) }
                return { [login] session in session.follow(step, login) }
            } catch {
                let reply = Self.reply(to: error)
                return { [login] session in
                    session.clientLogin = login
                    return session.bounded(.reply(reply))
                }
            }
        }
    }

    private mutating func follow(_ step: ClientLogin.Step, _ login: ClientLogin) -> Step {
        clientLogin = login
        switch step {
        case .challenge(let text):
            isAuthenticating = true
            return .reply(Reply(334, text))
        case .outcome(.account(let account)):
            self.account = account
            logger[metadataKey: LogKey.account] = "\(account.username)"
            logger.info("logged in", metadata: ["tls": "\(isTLS)"])
            return .reply(Reply(235, EnhancedStatusCode(2, 7, 0), "Authenticated"))
        case .outcome(.unavailable):
            return .reply(ErrorReplies.loginUnavailable)
        case .outcome(.refused(let refusal)):
            guard !refusal.endsSession else {
                return .close(Reply(421, EnhancedStatusCode(4, 7, 0), "Too many failed logins"))
            }
            return .reply(ErrorReplies.login(refusal.reason))
        }
    }

    private static func reply(to error: ExchangeError) -> Reply {
        switch error {
        case .cancelled: Reply(501, EnhancedStatusCode(5, 7, 0), "Authentication cancelled")
        case .badEncoding: Reply(501, EnhancedStatusCode(5, 5, 2), "Not Base64")
        case .badResponse(let why): Reply(501, EnhancedStatusCode(5, 5, 2), "Bad response: \(why)")
        }
    }
}

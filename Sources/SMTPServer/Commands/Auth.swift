import LightMailCore
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
        guard let mechanism = Mechanism(named: command.mechanism) else {
            return .reply(Reply(504, EnhancedStatusCode(5, 5, 4), "No such mechanism"))
        }
        var exchange = Exchange(mechanism)
        do throws(ExchangeError) {
            let step = try exchange.start(initialResponse: command.initialResponse)
            return follow(step, exchange)
        } catch {
            return refuse(error)
        }
    }

    /// The client's answer to a challenge.
    mutating func continueAuthentication(_ line: some Collection<UInt8>) -> Step {
        guard var exchange else { return badSequence("AUTH first") }
        self.exchange = nil
        do throws(ExchangeError) {
            let step = try exchange.receive(line)
            return follow(step, exchange)
        } catch {
            return refuse(error)
        }
    }

    private mutating func follow(_ step: Exchange.Step, _ exchange: Exchange) -> Step {
        switch step {
        case .challenge(let text):
            self.exchange = exchange
            return .reply(Reply(334, text))
        case .evidence(.password(let evidence)):
            // There is nobody who may act for another.
            if let wanted = evidence.authorizationIdentity, wanted != evidence.authenticationIdentity {
                return .reply(Reply(535, EnhancedStatusCode(5, 7, 8), "You may act for yourself only"))
            }
            return check(evidence)
        }
    }

    /// An unknown name and a wrong password get the same answer after the same time.
    private func check(_ evidence: PasswordEvidence) -> Step {
        let user = evidence.authenticationIdentity
        return .wait { [server] in
            do throws(StoreError) {
                let password = evidence.password.withBytes { $0 }
                let account = try await server.store.accounts.authenticate(username: user, password: password)
                guard let account else {
                    try? await Task.sleep(for: server.profile.limits.authenticationDelay)
                    return { session in session.refuseAuthentication(of: user) }
                }
                return { session in session.authenticated(account) }
            } catch {
                return { session in session.report(error, of: user) }
            }
        }
    }

    private mutating func authenticated(_ account: Account) -> Step {
        self.account = account
        failedAuthentications = 0
        logger[metadataKey: LogKey.account] = "\(account.username)"
        logger.info("logged in", metadata: ["tls": "\(isTLS)"])
        server.metrics.authenticated.increment()
        return .reply(Reply(235, EnhancedStatusCode(2, 7, 0), "Authenticated"))
    }

    private mutating func refuseAuthentication(of user: String) -> Step {
        failedAuthentications += 1
        server.metrics.failedAuthentications.increment()
        logger.notice(
            "login refused", metadata: ["user": "\(user.prefix(100))", "attempt": "\(failedAuthentications)"])
        guard failedAuthentications < server.profile.limits.failedAuthentications else {
            return .close(Reply(421, EnhancedStatusCode(4, 7, 0), "Too many failed authentications"))
        }
        return .reply(Reply(535, EnhancedStatusCode(5, 7, 8), "Wrong user name or password"))
    }

    private func report(_ error: StoreError, of user: String) -> Step {
        guard error.kind == .inactive else {
            logger.warning("cannot authenticate", metadata: [LogKey.error: "\(error)"])
            return .reply(Reply(454, EnhancedStatusCode(4, 7, 0), "Cannot authenticate now, try again later"))
        }
        logger.notice("login to an inactive account", metadata: ["user": "\(user.prefix(100))"])
        return .reply(Reply(525, EnhancedStatusCode(5, 7, 13), "Account is not active"))
    }

    private func refuse(_ error: ExchangeError) -> Step {
        switch error {
        case .cancelled: .reply(Reply(501, EnhancedStatusCode(5, 7, 0), "Authentication cancelled"))
        case .badEncoding: .reply(Reply(501, EnhancedStatusCode(5, 5, 2), "Not Base64"))
        case .badResponse(let why): .reply(Reply(501, EnhancedStatusCode(5, 5, 2), "Bad response: \(why)"))
        }
    }
}

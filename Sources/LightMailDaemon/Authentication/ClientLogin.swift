import Glibc
import LightMailCore
import Logging
import SASL

/// The logins of one session: the exchange that is under way, and how many tries are left.
package struct ClientLogin: Sendable {
    /// Where an exchange stands.
    package enum Step: Sendable {
        /// Send this Base64 text, which may be empty, and give the line that comes back to ``resume(_:)``.
        case challenge(String)
        case outcome(LoginOutcome)
    }

    private let authenticator: Authenticator
    private let connection: ConnectionInfo
    private let network: ClientNetwork
    private let logger: Logger
    private let maximumFailures: Int
    private var failures = 0
    private var exchange: Exchange?
    /// What the exchange has led to, while the client is still to take note of it.
    private var outcome: LoginOutcome?
    /// Held for as long as the session is.
    private var place: AccountSessions.Place?

    /// - Parameters:
    ///   - connection: where the client comes from.
    ///   - maximumFailures: refused logins until the session ends.
    ///   - logger: the session's.
    package init(
        _ authenticator: Authenticator, connection: ConnectionInfo, maximumFailures: Int, logger: Logger
    ) {
        self.authenticator = authenticator
        self.connection = connection
        network = authenticator.policy.network(of: connection.clientAddress)
        self.maximumFailures = maximumFailures
        self.logger = logger
    }

    /// Checks a name and a password that came by a command of the protocol, such as LOGIN, or USER and PASS.
    package mutating func check(name: String, password: [UInt8]) async -> LoginOutcome {
        let evidence = Evidence.password(
            PasswordEvidence(authenticationIdentity: name, password: SASL.Secret(password)))
        return conclude(judge(await authenticator.check(evidence, from: network)), evidence)
    }

    /// Begins an exchange; one that was under way is forgotten.
    ///
    /// - Parameter initialResponse: the Base64 text that came with the command, `=` for an empty one; nil for none.
    /// - Throws: `ExchangeError`: the client broke off, or does not speak the mechanism.
    package mutating func begin(
        _ mechanism: Mechanism, initialResponse: [UInt8]?
    ) async throws(ExchangeError) -> Step {
        var random = SystemRandomNumberGenerator()
        var exchange = Exchange(mechanism, nonce: ConnectionInfo.makeSessionID(using: &random))
        (self.exchange, outcome) = (nil, nil)
        let step = try exchange.start(initialResponse: initialResponse)
        return await follow(step, of: exchange)
    }

    /// Goes on with a line from the client, without its line end.
    ///
    /// - Throws: `ExchangeError`, and then the exchange is over.
    package mutating func resume(_ line: [UInt8]) async throws(ExchangeError) -> Step {
        guard var exchange else { throw .badResponse("no exchange is under way") }
        self.exchange = nil
        let step: Exchange.Step
        do throws(ExchangeError) {
            step = try exchange.receive(line)
        } catch {
            // Whoever was refused stays so, however he takes it.
            guard case .refused = outcome, let outcome else { throw error }
            self.outcome = nil
            return .outcome(outcome)
        }
        return await follow(step, of: exchange)
    }

    /// The longest line that the exchange under way takes, in bytes without the line end; 0 when there is none.
    package var longestLine: Int { exchange?.longestLine ?? 0 }

    /// Does what the steps of an exchange ask for, until it is the client's turn or all is said.
    private mutating func follow(_ first: Exchange.Step, of exchange: Exchange) async -> Step {
        var (exchange, step) = (exchange, first)
        while true {
            switch step {
            case .challenge(let text):
                self.exchange = exchange
                return .challenge(text)
            case .salt(let name):
                do throws(StoreError) {
                    let (salt, iterations) = try await authenticator.accounts.scramSalt(of: name)
                    step = exchange.salted(salt, iterations: iterations)
                } catch {
                    return .outcome(.unavailable(error))
                }
            case .evidence(let evidence):
                let verdict = judge(await authenticator.check(evidence, from: network))
                let outcome = conclude(verdict, evidence)
                guard let text = farewell(verdict, exchange) else { return .outcome(outcome) }
                (self.exchange, self.outcome) = (exchange, outcome)
                return .challenge(text)
            case .acknowledged:
                let outcome = outcome ?? .unavailable(StoreError(.internal, "an exchange without an outcome"))
                self.outcome = nil
                return .outcome(outcome)
            }
        }
    }

    /// What a mechanism itself has to tell of the verdict, before the protocol's reply does.
    private func farewell(_ verdict: Authenticator.Verdict, _ exchange: Exchange) -> String? {
        switch verdict {
        case .account(_, let signature): exchange.accept(signature: signature)
        case .refused: exchange.refuse(tokenError: authenticator.policy.tokenError)
        case .unavailable: nil
        }
    }

    /// The session has no account any more, and may log in again.
    package mutating func logOut() {
        place = nil
        authenticator.registry?.note(nil, of: connection.sessionID)
    }

    /// Takes a place for the session of an account.
    private mutating func judge(_ verdict: Authenticator.Verdict) -> Authenticator.Verdict {
        guard case .account(let account, _) = verdict else { return verdict }
        place = nil
        place = authenticator.sessions.enter(account.id)
        guard place != nil else { return .refused(.tooManySessions) }
        authenticator.registry?.note(
            LiveSession(
                id: connection.sessionID, account: account.id, listener: connection.listener,
                client: connection.clientAddress.map { "\($0)" }, beganAt: Int64(time(nil))),
            of: connection.sessionID)
        return verdict
    }

    private mutating func conclude(_ verdict: Authenticator.Verdict, _ evidence: Evidence) -> LoginOutcome {
        if case .refused = verdict { failures += 1 }
        authenticator.note(verdict, evidence, attempt: failures, logger)
        switch verdict {
        case .account(let account, _):
            return .account(account)
        case .refused(let reason):
            return .refused(
                LoginRefusal(
                    reason: reason, delay: authenticator.policy.failureDelay, endsSession: failures >= maximumFailures))
        case .unavailable(let error):
            return .unavailable(error)
        }
    }
}

import LightMailCore
import Logging
import SASL

/// The one place where clients of every protocol prove who they are: it checks what they show, logs and counts how that
/// ended. What a client is told is the protocol's own business.
///
/// A session keeps a ``ClientLogin``, and asks through it.
package final class Authenticator: Sendable {
    private let policyInUse: Adjustable<LoginPolicy>
    let accounts: Accounts
    let sessions: AccountSessions
    /// Where it is noted whose a session is; nil for nowhere.
    let registry: SessionRegistry?
    private let tokens: TokenIntrospector?
    private let successes: Counter
    private let unavailable: Counter
    private let refusals: [LoginRefusal.Reason: Counter]

    /// - Parameters:
    ///   - tokens: nil where bearer tokens are not taken.
    ///   - maximumSessions: of one account in this process; 0 for no limit.
    ///   - service: the protocol as the metrics name it, such as "imap".
    ///   - metrics: where logins are counted.
    ///   - registry: where it is noted whose a session is.
    package init(
        accounts: Accounts, tokens: TokenIntrospector? = nil, policy: LoginPolicy, maximumSessions: Int = 0,
        service: String, metrics: MetricsRegistry, registry: SessionRegistry? = nil
    ) {
        self.registry = registry
        sessions = AccountSessions(maximum: maximumSessions)
        self.accounts = accounts
        self.tokens = tokens
        policyInUse = Adjustable(policy)
        func counter(_ result: String) -> Counter {
            metrics.counter(
                "lightmail_logins_total", "Logins by protocol and result.", ["protocol": service, "result": result])
        }
        successes = counter("ok")
        unavailable = counter("unavailable")
        refusals = LoginRefusal.Reason.allCases.reduce(into: [:]) { $0[$1] = counter($1.rawValue) }
    }

    /// The authenticator of a daemon, as its configuration wants it.
    ///
    /// - Parameter maximumSessions: of one account in this process, which is read again at each reload; 0 for no limit.
    package convenience init(
        _ context: DaemonContext, service: String,
        maximumSessions: @escaping @Sendable (Configuration) -> Int = { _ in 0 }
    ) {
        self.init(
            accounts: context.store.accounts, tokens: context.store.introspector,
            policy: LoginPolicy(context.configuration.auth, context.configuration.oauth),
            maximumSessions: maximumSessions(context.configuration), service: service, metrics: context.metrics,
            registry: context.sessions)
        context.onReload { [sessions, policyInUse, accounts] configuration in
            sessions.change(maximum: maximumSessions(configuration))
            var policy = LoginPolicy(configuration.auth, configuration.oauth)
            // The store was opened with these.
            policy.offersScram = policyInUse.current.offersScram
            policy.tokenScope = policyInUse.current.tokenScope
            policyInUse.change(to: policy)
            accounts.rules.change(to: LoginRules(configuration.auth))
        }
    }

    var policy: LoginPolicy { policyInUse.current }

    /// The mechanisms there are, the best first. A protocol offers those that it wants, when it wants passwords at all.
    ///
    /// - Parameter isSecure: whether the connection is encrypted: who hears a token can use it, so that it is taken in clear
    ///   only where the configuration says so (RFC 7628 4).
    package func mechanisms(isSecure: Bool) -> [Mechanism] {
        let takesTokens = tokens != nil && (isSecure || !policy.tokensRequireTLS)
        return (policy.offersScram ? [.scramSHA256] : []) + [.plain, .login]
            + (takesTokens ? [.oauthBearer, .xoauth2] : [])
    }

    /// How checking a client's evidence ended.
    enum Verdict: Sendable {
        /// - Parameter signature: ServerSignature, for SCRAM.
        case account(Account, signature: [UInt8]?)
        case refused(LoginRefusal.Reason)
        case unavailable(StoreError)
    }

    /// Checks what an exchange, or a command that carries a password, has brought. An unknown name and a wrong password
    /// get the same verdict after the same time.
    func check(_ evidence: Evidence, from network: ClientNetwork) async -> Verdict {
        let name = evidence.authenticationIdentity ?? ""
        if let wanted = evidence.authorizationIdentity, wanted.lowercased() != name.lowercased() {
            return .refused(.authorization)
        }
        do throws(StoreError) {
            switch evidence {
            case .password(let evidence):
                let password = evidence.password.withBytes { $0 }
                return verdict(try await accounts.authenticate(username: name, .password(password), from: network))
            case .scram(let evidence):
                let proof = Credential.scramProof(evidence.proof.withBytes { $0 }, message: evidence.message)
                return verdict(try await accounts.authenticate(username: name, proof, from: network))
            case .token(let evidence):
                return try await check(evidence)
            }
        } catch {
            return .unavailable(error)
        }
    }

    /// A token that is not good is no guess at a password, and counts for nothing but the wait for the answer.
    private func check(_ evidence: TokenEvidence) async throws(StoreError) -> Verdict {
        guard let owner = try await tokens?.owner(of: evidence.token.withBytes({ $0 })),
            evidence.identity == nil || evidence.identity?.lowercased() == owner.lowercased()
        else { return .refused(.credentials) }
        return verdict(try await accounts.authenticate(trusted: owner))
    }

    private func verdict(_ authentication: Authentication) -> Verdict {
        switch authentication {
        case .account(let account, let signature): .account(account, signature: signature)
        case .wrong: .refused(.credentials)
        case .inactive: .refused(.inactive)
        case .blocked: .refused(.blocked)
        }
    }

    /// Counts and logs a verdict. Of what the client sent, its name alone is told.
    func note(_ verdict: Verdict, _ evidence: Evidence, attempt: Int, _ logger: Logger) {
        switch verdict {
        case .account:
            successes.increment()
        case .refused(let reason):
            refusals[reason]?.increment()
            logger.notice(
                "login refused",
                metadata: [
                    "user": "\((evidence.authenticationIdentity ?? "").prefix(100))", "reason": "\(reason.rawValue)",
                    "attempt": "\(attempt)",
                ])
        case .unavailable(let error):
            unavailable.increment()
            logger.warning("logins cannot be checked", metadata: [LogKey.error: "\(error)"])
        }
    }
}

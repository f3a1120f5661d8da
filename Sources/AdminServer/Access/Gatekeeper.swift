import Hummingbird
import LightMailCore
import LightMailDaemon

/// Who a request comes from: the token's name and what it allows.
struct Holder: Sendable, Equatable {
    let name: String
    let scope: AccessScope

    /// Whoever has the token of the configuration. No named token can be called that.
    static let configured = Holder(name: "(configuration)", scope: .write)

    func may(_ scope: AccessScope) -> Bool {
        self.scope == .write || scope == .read
    }
}

/// Lets in whoever has a token (RFC 6750): the one of the configuration, or a named one.
final class Gatekeeper: Sendable {
    private let first: TokenDigest
    private let tokens: AccessTokens
    let failures: RateLimit

    /// Longest token that is looked at, in bytes.
    private static let longestToken = 1024
    private static let realm = "Bearer realm=\"lightmail\""

    init(token: Secret, tokens: AccessTokens, failures: RateLimit) {
        first = TokenDigest(token.reveal())
        self.tokens = tokens
        self.failures = failures
    }

    /// Who the token of an Authorization field belongs to.
    ///
    /// - Throws: `Problem` 401 without the right token, 403 when it does not allow that much, 429 after too many wrong
    ///   ones; `StoreError` when MySQL is away and it is not the configured one.
    func admit(_ authorization: String?, for scope: AccessScope, from client: IPAddress?) async throws -> Holder {
        guard let authorization else {
            throw Problem(.unauthorized, "a bearer token is needed", headers: [.wwwAuthenticate: Self.realm])
        }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer",
            let holder = try await holder(of: String(parts[1]), from: client)
        else {
            throw Problem(
                .unauthorized, "the token is not known",
                headers: [.wwwAuthenticate: Self.realm + ", error=\"invalid_token\""])
        }
        guard holder.may(scope) else {
            let challenge = Self.realm + ", error=\"insufficient_scope\", scope=\"\(scope.rawValue)\""
            throw Problem(
                .forbidden, "the token does not allow to \(scope.rawValue)", headers: [.wwwAuthenticate: challenge])
        }
        return holder
    }

    /// Who a token belongs to; nil, and counted as a failure, when it is nobody's.
    ///
    /// - Throws: `Problem` 429 after too many wrong ones, `StoreError`.
    func holder(of token: String, from client: IPAddress?) async throws -> Holder? {
        guard failures.hasRoom(client) else {
            throw Problem(
                .tooManyRequests, "too many wrong tokens from this address",
                headers: [.retryAfter: "\(failures.retryAfter)"])
        }
        guard !token.isEmpty, token.utf8.count <= Self.longestToken else { return refuse(client) }
        let digest = TokenDigest(token)
        if digest.matches(first) { return .configured }
        guard let found = try await tokens.find(digest) else { return refuse(client) }
        return Holder(name: found.name, scope: found.scope)
    }

    /// The holder of that name as of now; nil when its token was revoked or has expired.
    func holder(named name: String) async throws -> Holder? {
        if name == Holder.configured.name { return .configured }
        return try await tokens.find(named: name).map { Holder(name: $0.name, scope: $0.scope) }
    }

    private func refuse(_ client: IPAddress?) -> Holder? {
        _ = failures.take(client)
        return nil
    }
}

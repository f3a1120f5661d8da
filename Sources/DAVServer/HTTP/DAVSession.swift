// The logins of one connection: HTTP Basic, over TLS alone.

import Hummingbird
import LightMailCore
import LightMailDaemon
import SASL

/// What a connection keeps between its requests.
actor DAVSession {
    nonisolated let connection: ConnectionInfo
    private let requiresTLS: Bool
    private var login: ClientLogin

    /// Refused logins until a connection ends.
    private static let maximumFailures = 3
    /// Octets of a name and a password together.
    private static let longestCredentials = 1024

    init(_ service: DAVService, _ connection: ConnectionInfo) {
        self.connection = connection
        requiresTLS = service.section.current.requireTLS
        login = ClientLogin(
            service.authenticator, connection: connection, maximumFailures: Self.maximumFailures,
            logger: service.logger)
    }

    /// The account whose name and password a request carries (RFC 7617). They are checked at each request, so that a changed
    /// password and a stopped account count at once; what is remembered of a password makes that cheap.
    ///
    /// - Throws: `DAVProblem` 401, and 403 where the connection is not encrypted.
    func admit(_ authorization: String?) async throws -> Account {
        guard connection.isTLS || connection.isLocal || !requiresTLS else {
            throw DAVProblem(.forbidden, "a password is taken over TLS alone")
        }
        guard let authorization else { throw Self.unauthorized("a name and a password are needed") }
        guard let (name, password) = Self.credentials(authorization) else {
            throw Self.unauthorized("HTTP Basic is what is wanted")
        }
        // The requests of a connection come one after another.
        var login = login
        let outcome = await login.check(name: name, password: password)
        self.login = login
        switch outcome {
        case .account(let account):
            return account
        case .unavailable(let error):
            throw error
        case .refused(let refusal):
            try? await Task.sleep(for: refusal.delay)
            throw Self.problem(of: refusal)
        }
    }

    private static func problem(of refusal: LoginRefusal) -> DAVProblem {
        var problem =
            switch refusal.reason {
            case .credentials, .authorization: unauthorized("the name or the password is wrong")
            case .blocked:
                DAVProblem(
                    .tooManyRequests, "too many logins have failed: try again later", headers: [.retryAfter: "60"])
            case .tooManySessions: DAVProblem(.tooManyRequests, "too many connections", headers: [.retryAfter: "10"])
            case .inactive: DAVProblem(.forbidden, "the account is not active")
            }
        problem.endsConnection = refusal.endsSession
        return problem
    }

    private static func unauthorized(_ detail: String) -> DAVProblem {
        DAVProblem(
            .unauthorized, detail, headers: [.wwwAuthenticate: "Basic realm=\"LightMail\", charset=\"UTF-8\""])
    }

    ///     credentials = "Basic" 1*SP token68      user-pass = user-id ":" password
    private static func credentials(_ value: String) -> (name: String, password: [UInt8])? {
        let parts = value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic",
            let octets = try? Base64.decode(parts[1].utf8, limit: longestCredentials),
            let colon = octets.firstIndex(of: UInt8(ascii: ":")),
            let name = String(validating: octets[..<colon], as: UTF8.self)
        else { return nil }
        return (name, Array(octets[(colon + 1)...]))
    }
}

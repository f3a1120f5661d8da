import FoundationEssentials
import S3Client
import Synchronization

/// Where tokens are checked.
package struct IntrospectionConfiguration: Sendable, CustomStringConvertible, CustomReflectable {
    /// The introspection endpoint (RFC 7662 2), `https`, or `http` on this machine.
    package var url: String
    /// How we show who we are (RFC 6749 2.3.1); an empty name shows nothing.
    package var clientID = ""
    package var clientSecret = ""
    /// The member of the answer that names the account.
    package var usernameClaim = "username"
    /// A scope that a token must have; empty for none.
    package var scope = ""
    package var timeout: Duration = .seconds(5)
    /// For how long an answer is remembered, at most.
    package var remembered: Duration = .seconds(60)
    /// A PEM file of certificate authorities to trust in place of the system's.
    package var caFile: String?

    package init(url: String) {
        self.url = url
    }

    package var description: String { "IntrospectionConfiguration(url: \(url), clientSecret: <redacted>)" }
    package var customMirror: Mirror { Mirror(self, children: ["url": url]) }
}

/// Asks whoever gives out bearer tokens whether one is good, and whose it is (RFC 7662).
///
/// Answers are remembered for a while under a digest of the token, a good one no longer than the token lives: a token
/// that is revoked is let in until then.
package final class TokenIntrospector: Sendable {
    private struct Known {
        /// Nil for a token that is not good.
        let owner: String?
        /// Seconds since 1970.
        let until: Int64
    }

    private let configuration: IntrospectionConfiguration
    private let engine: TransferEngine
    private let now: @Sendable () -> Int64
    private let known = Mutex<[[UInt8]: Known]>([:])
    private let asking = Atomic<Int>(0)

    /// Requests at once; beyond it a login is told to come back.
    private static let maximumAsking = 64
    /// Answers remembered, about 100 bytes each.
    private static let maximumKnown = 10_000
    private static let maximumAnswer = 65_536

    /// - Parameter now: seconds since 1970.
    init(_ configuration: IntrospectionConfiguration, engine: TransferEngine, now: @escaping @Sendable () -> Int64) {
        self.configuration = configuration
        self.engine = engine
        self.now = now
    }

    /// The name of the account that a token opens; nil when it opens none.
    ///
    /// - Throws: `StoreError` unavailable when the endpoint does not answer as it should, or too many wait for it.
    package func owner(of token: [UInt8]) async throws(StoreError) -> String? {
        let digest = SHA256Hasher.hash(token)
        if let answer = known.withLock({ $0[digest] }), answer.until > now() { return answer.owner }
        guard asking.add(1, ordering: .relaxed).newValue <= Self.maximumAsking else {
            asking.subtract(1, ordering: .relaxed)
            throw StoreError(.unavailable, "too many tokens wait to be checked")
        }
        defer { asking.subtract(1, ordering: .relaxed) }
        let answer = judge(try await ask(token))
        remember(answer, digest)
        return answer.owner
    }

    private func judge(_ answer: IntrospectionAnswer) -> Known {
        let now = now()
        let latest = now + configuration.remembered.components.seconds
        let expiry = answer.expiry ?? .max
        let hasScope = configuration.scope.isEmpty || answer.scopes.contains(configuration.scope)
        guard answer.isActive, expiry > now, hasScope, let owner = answer.text(configuration.usernameClaim),
            !owner.isEmpty
        else { return Known(owner: nil, until: latest) }
        return Known(owner: owner, until: min(latest, expiry))
    }

    private func remember(_ answer: Known, _ digest: [UInt8]) {
        let now = now()
        guard answer.until > now else { return }
        known.withLock { known in
            if known.count >= Self.maximumKnown {
                known = known.filter { $0.value.until > now }
                if known.count >= Self.maximumKnown { known.removeAll() }
            }
            known[digest] = answer
        }
    }

    /// RFC 7662 2.1
    private func ask(_ token: [UInt8]) async throws(StoreError) -> IntrospectionAnswer {
        var headers = [
            (name: "Content-Type", value: "application/x-www-form-urlencoded"),
            (name: "Accept", value: "application/json"),
        ]
        if !configuration.clientID.isEmpty {
            let pair = [configuration.clientID, configuration.clientSecret].map { Self.formEncoded(Array($0.utf8)) }
            let text = Data(pair.joined(separator: ":").utf8).base64EncodedString()
            headers.append((name: "Authorization", value: "Basic \(text)"))
        }
        let body = "token=\(Self.formEncoded(token))&token_type_hint=access_token"
        let time = configuration.timeout
        let request = TransferRequest(
            method: "POST", url: configuration.url, headers: headers, body: .bytes(Array(body.utf8)),
            timeouts: TransferTimeouts(connect: time, stall: time, total: time), caFile: configuration.caFile)
        do {
            let response = try await engine.send(request)
            let bytes = try await response.body.collect(limit: Self.maximumAnswer)
            guard response.status == 200 else {
                throw StoreError(.unavailable, "the introspection endpoint answers \(response.status)")
            }
            return try JSONDecoder().decode(IntrospectionAnswer.self, from: Data(bytes))
        } catch let error as StoreError {
            throw error
        } catch let error as TransferError {
            throw StoreError(.unavailable, "the introspection endpoint: \(error)")
        } catch {
            throw StoreError(.unavailable, "the introspection endpoint does not answer in JSON")
        }
    }

    /// RFC 6749 appendix B: everything but unreserved characters as %XX.
    static func formEncoded(_ bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}

/// What the endpoint says of a token (RFC 7662 2.2); members that are neither text, number nor truth are left out.
struct IntrospectionAnswer: Decodable {
    private enum Value: Decodable {
        case text(String)
        case number(Double)
        case truth(Bool)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let truth = try? container.decode(Bool.self) {
                self = .truth(truth)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .other
            }
        }
    }

    private let members: [String: Value]

    init(from decoder: any Decoder) throws {
        members = try decoder.singleValueContainer().decode([String: Value].self)
    }

    var isActive: Bool {
        guard case .truth(true) = members["active"] else { return false }
        return true
    }

    /// Seconds since 1970; nil when nothing is said. What is no number has passed already.
    var expiry: Int64? {
        switch members["exp"] {
        case nil: nil
        case .number(let seconds): Int64(exactly: seconds.rounded(.down)) ?? (seconds > 0 ? .max : 0)
        case .text, .truth, .other: 0
        }
    }

    /// Separated by spaces.
    var scopes: [String] { (text("scope") ?? "").split(separator: " ").map(String.init) }

    func text(_ name: String) -> String? {
        guard case .text(let text) = members[name] else { return nil }
        return text
    }
}

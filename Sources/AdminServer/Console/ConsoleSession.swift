import Hummingbird
import LightMailCore
import LightMailDaemon

/// Who uses the console, as the cookie says: the name of a token, until when, and a seal that only this installation can
/// make. Nothing is kept in the process, so any host answers, and a restart ends no session.
struct ConsoleSession: Sendable {
    let holder: Holder
    /// The cookie's value.
    let cookie: String
    /// What every form must carry: it is made of the cookie, which another site cannot read.
    let formSeal: String

    /// Seconds until somebody must log in again.
    static let lifetime: Int64 = 8 * 3600
}

/// Makes cookies and knows them again.
struct ConsoleSeal: Sendable {
    private let key: TokenDigest

    /// - Parameter token: of the configuration; another one ends every session.
    init(_ token: Secret) {
        key = TokenDigest("console " + token.reveal())
    }

    /// A session for whoever has shown a token.
    func begin(_ holder: Holder, now: Int64) -> ConsoleSession {
        let nonce = UInt64.random(in: .min ... .max)
        let text = "\(holder.name)!\(now + ConsoleSession.lifetime)!\(String(nonce, radix: 16))"
        return session(holder, "\(text)!\(key.seal("cookie " + text))".percentEncoded)
    }

    /// Who the cookie names, when its seal is right and it is not too old.
    func holderName(_ cookie: String, now: Int64) -> String? {
        guard cookie.utf8.count <= 512 else { return nil }
        let parts = cookie.percentDecoded.split(separator: "!", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, let until = Int64(parts[1]), until > now,
            TokenDigest(parts[3]).matches(TokenDigest(key.seal("cookie " + parts[..<3].joined(separator: "!"))))
        else { return nil }
        return parts[0]
    }

    func session(_ holder: Holder, _ cookie: String) -> ConsoleSession {
        ConsoleSession(holder: holder, cookie: cookie, formSeal: key.seal("form " + cookie))
    }

    /// Whether a form came from a page of that session.
    func matches(_ session: ConsoleSession, _ formSeal: String?) -> Bool {
        TokenDigest(session.formSeal).matches(TokenDigest(formSeal ?? ""))
    }
}

extension AdminService {
    /// Under TLS a cookie that no other host and no clear connection can set.
    var cookieName: String {
        configuration.api.enableSSL ? "__Host-lightmail" : "lightmail"
    }

    /// The field that sets the cookie; an empty one takes it away.
    func cookie(_ value: String) -> String {
        let secure = configuration.api.enableSSL ? "; Secure" : ""
        let age = value.isEmpty ? 0 : ConsoleSession.lifetime
        return "\(cookieName)=\(value); Path=/; Max-Age=\(age); HttpOnly; SameSite=Strict" + secure
    }

    /// The session of a request; nil when it has none, or its token was revoked.
    func session(of request: Request) async throws -> ConsoleSession? {
        let pairs = (request.headers[.cookie] ?? "").split(separator: ";")
        let values = pairs.compactMap { pair -> String? in
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == cookieName else { return nil }
            return String(parts[1])
        }
        guard let cookie = values.first, let name = seal.holderName(cookie, now: Timestamp.now.seconds),
            let holder = try await gatekeeper.holder(named: name)
        else { return nil }
        return seal.session(holder, cookie)
    }
}

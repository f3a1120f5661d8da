import LightMailCore
import LightMailDaemon
import Logging
import POP3Syntax

/// The state of one session, a value that a command's task takes and gives back. Each command stands in Commands/.
///
/// RFC 1939 3: AUTHORIZATION without `maildrop`, TRANSACTION with it. UPDATE is the end of QUIT.
struct Session: Sendable {
    let service: POP3Service
    let connection: ConnectionInfo
    let outlet: Outlet
    var logger: Logger

    /// Whether the client's words are encrypted.
    var isSecure: Bool
    /// Named by USER, and not yet proved by PASS.
    var user: String?
    var maildrop: Maildrop?
    var clientLogin: ClientLogin
    /// Whether an AUTH waits for a line of the client.
    var isAwaitingLine = false
    /// RFC 6856 2.1: whether headers may go out as UTF-8.
    var isUTF8 = false
    /// Lines that were no commands since the last that was.
    var badCommands = 0
    /// What was written and not yet sent.
    var out: [UInt8] = []

    init(service: POP3Service, connection: ConnectionInfo, logger: Logger, outlet: Outlet) {
        self.service = service
        self.connection = connection
        self.outlet = outlet
        self.logger = logger
        isSecure = connection.isTLS
        clientLogin = ClientLogin(
            service.authenticator, connection: connection, maximumFailures: service.limits.failedLogins, logger: logger)
    }

    var store: Store { service.store }
    var isAuthenticated: Bool { maildrop != nil }

    /// RFC 1939 4. Without a timestamp, for there is no APOP.
    var greeting: [UInt8] { Reply.ok("\(service.hostname) LightMail ready").encoded }

    /// The connection is gone, or about to go. What was marked as deleted stays (RFC 1939 6).
    func ended() {
        if isAuthenticated { service.metrics.authenticated.decrement() }
    }

    mutating func write(_ reply: Reply) {
        reply.encode(into: &out)
    }

    /// Sends what was written once it is worth a system call, and waits until the client has read enough of it.
    mutating func flush(above threshold: Int = 32_768) async throws(ConnectionClosed) {
        guard out.count >= threshold else { return }
        let bytes = out
        out = []
        try await outlet.send(bytes)
    }
}

/// Why a command ended without success; thrown from anywhere within it.
enum CommandFailure: Error {
    /// Answered so.
    case reply(Reply)
    /// A message was begun and cannot be completed: only the end of the connection is honest now.
    case brokenMessage(StoreError)

    static func error(_ text: String, _ code: ResponseCode? = nil) -> CommandFailure { .reply(.error(text, code)) }
}

import IMAPSyntax
import LightMailCore
import LightMailDaemon
import Logging

/// The state of one session, a value that a command's task takes and gives back. Each command stands in Commands/.
///
/// RFC 9051 3: not authenticated without `account`, authenticated with it, selected with `selected` too.
struct Session: Sendable {
    let service: IMAPService
    let connection: ConnectionInfo
    let outlet: Outlet
    var logger: Logger

    /// Whether the client's words are encrypted.
    var isSecure: Bool
    var account: Account?
    var clientLogin: ClientLogin
    var selected: SelectedMailbox?
    /// What NOTIFY has asked for; nil until the first: then changes of the selected mailbox are told with commands.
    var notifications: Notifications?
    /// The command that waits for a line of the client.
    var dialogue: Dialogue?
    var parserOptions = ParserOptions()
    /// Whether IMAP4rev2 was enabled (RFC 9051 6.3.1).
    var isRev2 = false
    /// Whether FETCH responses that the client did not ask for hold UID and MODSEQ (RFC 7162 3.1, 3.2.4).
    var isCondStoreAware = false
    /// Whether UIDONLY was enabled: message numbers are neither taken nor shown (RFC 9586).
    var usesUIDOnly = false
    /// Whether QRESYNC was enabled (RFC 7162 3.2.3).
    var usesQResync = false
    /// Whether UTF8=ACCEPT was enabled (RFC 6855 3).
    var acceptsUTF8 = false
    /// Whether COMPRESS is active (RFC 4978).
    var isCompressed = false
    /// Commands answered BAD since the last that was not.
    var badCommands = 0
    /// What was written and not yet sent.
    var out = ResponseEncoder()

    /// A command that takes more than its own line.
    enum Dialogue: Sendable {
        case authenticate(tag: String)
        case idle(tag: String)
    }

    init(service: IMAPService, connection: ConnectionInfo, logger: Logger, outlet: Outlet) {
        self.service = service
        self.connection = connection
        self.outlet = outlet
        self.logger = logger
        isSecure = connection.isTLS
        clientLogin = ClientLogin(
            service.authenticator, connection: connection, maximumFailures: service.limits.failedLogins, logger: logger)
    }

    var store: Store { service.store }
    var isAuthenticated: Bool { account != nil }
    var isAwaitingLine: Bool { dialogue != nil }

    /// RFC 9051 7.1.1; written before the session's first task.
    var greeting: [UInt8] {
        var encoder = ResponseEncoder()
        encoder.append(
            .untagged(.ok(ResponseText("\(service.hostname) LightMail ready", code: .capability(capabilities)))))
        return encoder.takeBytes()
    }

    /// The connection is gone, or about to go.
    func ended() {
        selected?.watch.cancel()
        notifications?.watch?.cancel()
        if isAuthenticated { service.metrics.authenticated.decrement() }
    }

    /// The account of a session that has logged in; the command table lets nobody else get here.
    func requireAccount() throws(CommandFailure) -> Account {
        guard let account else { throw .bad("Log in first") }
        return account
    }

    /// The mailbox of a session that has selected one.
    func requireSelected() throws(CommandFailure) -> SelectedMailbox {
        guard let selected else { throw .bad("Select a mailbox first") }
        return selected
    }

    /// Sends what was written once it is worth a system call, and waits until the client has read enough of it.
    mutating func flush(above threshold: Int = 32_768) async throws(ConnectionClosed) {
        if out.bytes.count >= threshold { try await outlet.send(out.takeBytes()) }
    }
}

/// Why a command ended without success; thrown from anywhere within it.
enum CommandFailure: Error {
    /// Answered so.
    case completion(Completion)
    /// A literal was announced and cannot be completed: only the end of the connection is honest now.
    case brokenLiteral(any Error)

    static func bad(_ text: String) -> CommandFailure { .completion(.bad(ResponseText(text))) }
    /// RFC 9586 3
    static let uidRequired = CommandFailure.completion(
        .bad(ResponseText("Message numbers are not used once UIDONLY is enabled", code: .uidRequired)))
    static func no(_ text: String, _ code: ResponseCode? = nil) -> CommandFailure {
        .completion(.no(ResponseText(text, code: code)))
    }
}

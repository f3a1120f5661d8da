import LightMailDaemon
import Logging
import SMTPSyntax

/// The state of one session, and the way from a line to what it leads to. Knows no channel: it is moved by
/// ``SessionHandler``, which owns it and holds it on one event loop. Each command stands in Commands/.
struct Session {
    let server: ServerContext
    let connection: ConnectionInfo
    /// Names the session in each of its lines.
    let logger: Logger
    /// What the client called itself; nil until it has said LHLO.
    var client: Domain?
    var transaction: Transaction?
    /// Called, on any thread, when the message being received has room again.
    var onRoom: @Sendable () -> Void = {}

    private let parser: CommandParser
    private var errors = 0

    init(server: ServerContext, connection: ConnectionInfo) {
        self.server = server
        self.connection = connection
        var logger = server.logger
        for (key, value) in connection.metadata { logger[metadataKey: key] = value }
        self.logger = logger
        parser = CommandParser(dialect: server.profile.dialect, offered: Set(server.profile.offered))
    }

    /// RFC 5321 section 3.1.
    var greeting: Reply {
        Reply(220, "\(server.hostname) LightMail \(server.profile.protocolName)")
    }

    /// Executes a command line, given without its CRLF.
    mutating func execute(line: some Sequence<UInt8>) -> Step {
        do throws(CommandError) {
            return bounded(execute(try parser.parse(line)))
        } catch {
            return refuse(error)
        }
    }

    /// Answers a line that is no command.
    mutating func refuse(_ error: CommandError) -> Step {
        if case .badChunk = error.reason { return .close(error.reply) }
        return bounded(.reply(error.reply))
    }

    private mutating func execute(_ command: Command) -> Step {
        switch command {
        case .lhlo(let client): lhlo(client: client)
        case .mail(let path, let parameters): mail(from: path, parameters)
        case .rcpt(let path, _): rcpt(to: path)
        case .data: data()
        case .bdat(let size, let last): bdat(ChunkCounter(size: size, isLast: last))
        case .rset: rset()
        case .noop: noop()
        case .vrfy: vrfy()
        case .help: help()
        case .quit: quit()
        case .helo, .ehlo, .expn, .startTLS, .auth:
            .reply(Reply(502, EnhancedStatusCode(5, 5, 1), "Command not implemented"))
        }
    }

    /// Counts refused commands. Refused recipients do not count: the client passes on what others wrote.
    private mutating func bounded(_ step: Step) -> Step {
        guard case .replies(let replies) = step, let code = replies.first?.code,
            (500...504).contains(code) || code == 555
        else { return step }
        errors += 1
        guard errors > server.profile.limits.errors else { return step }
        return .close(Reply(421, EnhancedStatusCode(4, 7, 0), "Too many errors"))
    }

    /// RFC 5321 section 4.1.4.
    func badSequence(_ what: String) -> Step {
        .reply(Reply(503, EnhancedStatusCode(5, 5, 1), what))
    }

    /// Forgets the transaction. A message half received is given up.
    mutating func reset() {
        transaction?.intake?.abandon()
        transaction = nil
    }

    /// Forgets the transaction after its message was answered.
    mutating func conclude() {
        transaction = nil
        errors = 0
    }
}

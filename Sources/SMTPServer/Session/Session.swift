import LightMailCore
import LightMailDaemon
import Logging
import SMTPSyntax

/// The state of one session, and the way from a line to what it leads to. Knows no channel: it is moved by
/// ``SessionHandler``, which owns it and holds it on one event loop. Each command stands in Commands/.
struct Session {
    let server: ServerContext
    /// Whom the session serves, as far as it is known.
    var connection: ConnectionInfo
    /// Names the session in each of its lines.
    var logger: Logger
    /// What the client called itself; nil until it has said LHLO, EHLO or HELO.
    var client: SMTPSyntax.Domain?
    /// Whether it said HELO.
    var isPlain = false
    var isTLS: Bool
    /// Who has authenticated.
    var account: Account?
    /// The logins of the session; nil where none is taken.
    var clientLogin: ClientLogin?
    /// An AUTH waits for the client's next line.
    var isAuthenticating = false
    var transaction: Transaction?
    /// Called, on any thread, when the message being received has room again.
    var onRoom: @Sendable () -> Void = {}
    /// Where the session's tasks run; nil for anywhere.
    var executor: EventLoopExecutor?

    private let parser: CommandParser
    private var errors = 0
    private var idleCommands = 0
    private var refusedRecipients = 0

    init(server: ServerContext, connection: ConnectionInfo) {
        self.server = server
        self.connection = connection
        isTLS = connection.isTLS
        var logger = server.logger
        for (key, value) in connection.metadata { logger[metadataKey: key] = value }
        self.logger = logger
        clientLogin = server.clientLogin(from: connection, logger)
        let mayActForOthers = connection.clientAddress.map { address in
            server.profile.xclientNetworks.contains { $0.contains(address) }
        }
        let profile = server.profile
        let usable = profile.offered.filter { service in
            switch service {
            case .startTLS: profile.tls != nil
            case .auth: profile.authentication.isOffered && server.authenticator != nil
            case .xclient: mayActForOthers == true
            default: true
            }
        }
        parser = CommandParser(dialect: profile.dialect, offered: Set(usable))
    }

    /// RFC 5321 section 3.1.
    var greeting: Reply {
        Reply(220, "\(server.hostname) LightMail \(server.profile.protocolName)")
    }

    /// The lines that announce what the session can make use of now.
    var announcements: [String] {
        server.profile.offered.filter { service in
            switch service {
            case .startTLS: parser.offered.contains(service) && !isTLS
            case .auth: parser.offered.contains(service) && mayAuthenticate
            default: parser.offered.contains(service)
            }
        }.map { server.announcement(of: $0, isTLS: isTLS) }
    }

    /// Whether a password may be asked for as things are.
    var mayAuthenticate: Bool { isTLS || !server.profile.authentication.requiresTLS }

    /// Bytes that the next line may have without its CRLF.
    var longestLine: Int { max(server.profile.limits.commandLine, clientLogin?.longestLine ?? 0) }

    /// Executes a command line, given without its CRLF, or takes it as the answer to a challenge.
    mutating func execute(line: some Collection<UInt8>) -> Step {
        if isAuthenticating { return bounded(continueAuthentication(line)) }
        do throws(CommandError) {
            return bounded(execute(try parser.parse(line)))
        } catch {
            return refuse(error)
        }
    }

    /// Answers a line that is no command.
    mutating func refuse(_ error: CommandError) -> Step {
        isAuthenticating = false
        if case .badChunk = error.reason { return .close(error.reply) }
        return bounded(.reply(error.reply))
    }

    private mutating func execute(_ command: Command) -> Step {
        switch command {
        case .lhlo(let client): idle(lhlo(client: client))
        case .ehlo(let client): idle(ehlo(client: client))
        case .helo(let client): idle(helo(client: client))
        case .mail(let path, let parameters): mail(from: path, parameters)
        case .rcpt(let path, _): rcpt(to: path)
        case .data: data()
        case .bdat(let size, let last): bdat(ChunkCounter(size: size, isLast: last))
        case .rset: idle(rset())
        case .noop: idle(noop())
        case .vrfy: idle(vrfy())
        case .expn: idle(expn())
        case .help: idle(help())
        case .quit: quit()
        case .startTLS: startTLS()
        case .auth(let command): auth(command)
        case .xclient(let attributes): xclient(attributes)
        }
    }

    /// Counts refused commands. Refused recipients have a count of their own.
    mutating func bounded(_ step: Step) -> Step {
        guard case .replies(let replies) = step, let code = replies.first?.code,
            (500...504).contains(code) || code == 555
        else { return step }
        errors += 1
        guard errors > server.profile.limits.errors else { return step }
        return .close(Reply(421, EnhancedStatusCode(4, 7, 0), "Too many errors"))
    }

    /// Counts commands that bring no message nearer.
    private mutating func idle(_ step: Step) -> Step {
        guard let limit = server.profile.limits.idleCommands else { return step }
        idleCommands += 1
        guard idleCommands > limit else { return step }
        return .close(Reply(421, EnhancedStatusCode(4, 7, 0), "Too many commands without a message"))
    }

    /// Counts a refused recipient.
    mutating func refuseRecipient(_ reply: Reply) -> Step {
        guard let limit = server.profile.limits.refusedRecipients, reply.code >= 500 else { return .reply(reply) }
        refusedRecipients += 1
        guard refusedRecipients > limit else { return .reply(reply) }
        return .close(Reply(421, EnhancedStatusCode(4, 7, 0), "Too many recipients that are not here"))
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
        idleCommands = 0
    }

    /// Forgets the client, as TLS and XCLIENT want it: nothing that was said before counts.
    mutating func forgetClient() {
        reset()
        client = nil
        isPlain = false
        account = nil
        isAuthenticating = false
    }
}

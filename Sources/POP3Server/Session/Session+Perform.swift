import LightMailCore
import LightMailDaemon
import POP3Syntax
import Spans

// From a line to its ending: parse, check the state, execute, reply.

extension Session {
    mutating func perform(_ line: Line) async -> Ending {
        var ending = Ending(bytes: [])
        do {
            if isAwaitingLine {
                let reply = try await replying { (session) throws in
                    try await session.continueAuthentication(line, &ending)
                }
                conclude(.auth, reply, &ending)
            } else {
                try await run(line, &ending)
            }
        } catch CommandFailure.brokenMessage(let error) {
            logger.error("a message broke off", metadata: [LogKey.error: "\(error)"])
            out = []
            ending.action = .abort
        } catch {
            // Nobody is there to be answered.
            out = []
            ending.action = .abort
        }
        ending.bytes = out
        out = []
        return ending
    }

    private mutating func run(_ line: Line, _ ending: inout Ending) async throws {
        let command: Command
        do throws(CommandError) {
            guard case .bytes(let bytes) = line else { throw CommandError(.lineTooLong) }
            command = try CommandParser().parse(bytes)
        } catch {
            badCommands += 1
            conclude(nil, error.reply, &ending)
            if badCommands >= service.limits.badCommands { ending.action = .close }
            return
        }
        badCommands = 0
        let start = ContinuousClock.now
        try await Spans.run(
            "pop3.\(command.verb.rawValue.lowercased())", .server, ["lightmail.session": .string(connection.sessionID)]
        ) {
            let reply = try await replying { (session) throws in
                try session.check(command)
                return try await session.execute(command, &ending)
            }
            conclude(command.verb, reply, &ending)
        }
        if !isAwaitingLine { service.metrics.commandTime.observe(.now - start) }
    }

    /// Runs `body` and makes a reply of what it throws.
    private mutating func replying(
        _ body: (inout Session) async throws -> Reply?
    ) async throws -> Reply? {
        do {
            return try await body(&self)
        } catch CommandFailure.reply(let reply) {
            return reply
        } catch let error as StoreError {
            return report(error)
        }
    }

    /// The reply to an error of the store, and its trace in the log.
    func report(_ error: StoreError) -> Reply {
        switch error.kind {
        case .unavailable: logger.warning("the store does not answer", metadata: [LogKey.error: "\(error)"])
        case .internal, .corrupt: logger.error("the store failed", metadata: [LogKey.error: "\(error)"])
        default: break
        }
        return ErrorReplies.reply(to: error)
    }

    /// The end of a command.
    ///
    /// - Parameter reply: nil when the command has written its own, or waits for a line.
    private mutating func conclude(_ verb: Verb?, _ reply: Reply?, _ ending: inout Ending) {
        if isAwaitingLine { return }
        service.metrics.count(verb, isPositive: reply?.isPositive ?? true)
        if let reply { write(reply) }
    }

    /// RFC 1939 3: whether the state allows the command.
    private func check(_ command: Command) throws(CommandFailure) {
        switch command {
        case .user, .pass, .apop, .auth, .stls, .utf8:
            if isAuthenticated { throw .error("Already logged in") }
        case .stat, .list, .retr, .dele, .noop, .rset, .top, .uidl:
            if !isAuthenticated { throw .error("Log in first") }
        case .capa, .quit:
            break
        }
    }

    /// - Returns: the reply; nil when it is written already.
    private mutating func execute(_ command: Command, _ ending: inout Ending) async throws -> Reply? {
        switch command {
        case .user(let name): try user(name)
        case .pass(let password): try await pass(password, &ending)
        case .apop: throw CommandFailure.error("APOP is not offered")
        case .auth(let command): try await authenticate(command, &ending)
        case .stls: try startTLS(&ending)
        case .utf8: utf8()
        case .capa: capa()
        case .quit: try await quit(&ending)
        case .stat: try stat()
        case .list(let number): try await list(number)
        case .retr(let number): try await retrieve(number)
        case .dele(let number): try delete(number)
        case .noop: .ok()
        case .rset: try reset()
        case .top(let number, let lines): try await top(number, lines: lines)
        case .uidl(let number): try await uniqueIDs(number)
        }
    }

    /// The maildrop of a session that has logged in; `check` lets nobody else get here.
    func requireMaildrop() throws(CommandFailure) -> Maildrop {
        guard let maildrop else { throw .error("Log in first") }
        return maildrop
    }
}

/// A line of the client.
enum Line: Sendable {
    case bytes([UInt8])
    case tooLong

    /// Whether it is a command that computes little, and so may run on the event loop of its connection: one of a single
    /// message.
    var isBrief: Bool {
        guard case .bytes(let bytes) = self, let command = try? CommandParser().parse(bytes) else { return false }
        return switch command {
        case .retr, .top, .dele, .noop, .stat: true
        case .list(let number), .uidl(let number): number != nil
        default: false
        }
    }
}

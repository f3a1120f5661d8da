import IMAPSyntax
import LightMailDaemon
import NIOCore

// From bytes to jobs, one at a time.

extension ConnectionHandler {
    /// Does all that can be done now.
    func advance() {
        // A reply written below may change writability, which leads back here.
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        pumpLiteral()
        while case .ready(let session) = phase, context?.channel.isWritable == true, !isSlowed || isDraining {
            guard let event = nextEvent() else {
                becomeIdle(session)
                break
            }
            handle(event, session)
            pumpLiteral()
        }
        releaseRead()
    }

    /// What a command may hold now.
    var framing: FramingLimits {
        isAuthenticated ? service.limits.framing : service.limits.framingBeforeLogin
    }

    private func nextEvent() -> FramingEvent? {
        // They may have been changed since the last command.
        if framer.isBetweenCommands { framer.limits = framing }
        if let event = framer.next() { return event }
        guard pending.readableBytes > 0 else { return nil }
        framer.receive(pending.readableBytesView)
        pending = ByteBuffer()
        return framer.next()
    }

    /// There is nothing to do until the client, the timer or another session does something.
    private func becomeIdle(_ session: Session) {
        if isInputClosed {
            close()
        } else if framer.isDead {
            cut(.oversized, session)
        } else if isDraining {
            bye("Server is going down", session)
        } else if session.hasNews {
            start(.wake, session)
        }
    }

    private func handle(_ event: FramingEvent, _ session: Session) {
        switch event {
        case .command(let bytes):
            guard admit(session) else { return }
            do throws(SyntaxError) {
                let tagged = try CommandParser(options: session.parserOptions).parse(bytes)
                start(.command(TaggedCommandJob(tagged: tagged, literal: nil)), session)
            } catch {
                refuse(tag: error.tag, .bad(ResponseText(error.message)), session)
            }
        case .continuationNeeded:
            var encoder = ResponseEncoder()
            encoder.appendLiteralContinuation()
            write(encoder.takeBytes())
        case .streamedLiteral(let announced):
            guard admit(session) else { return }
            begin(announced, session)
        case .line(let bytes):
            start(.line(bytes), session)
        case .failure(let failure):
            if failure.isFatal { return cut(.oversized, session, saying: failure.message) }
            // A line that a command asked for and that was too long is given as one that no mechanism takes.
            if session.isAwaitingLine { return start(.line(Array("*".utf8)), session) }
            let text = ResponseText(failure.message, code: failure.reason == .messageTooLarge ? .tooBig : nil)
            refuse(tag: failure.tag, failure.reason == .messageTooLarge ? .no(text) : .bad(text), session)
        case .chunk, .streamEnded, .refused:
            // Parts of a literal, which come only while an APPEND is at work.
            break
        }
    }

    /// Counts a command; false when the session ends because of it.
    private func admit(_ session: Session) -> Bool {
        let (now, limits) = (NIODeadline.now(), service.limits)
        guard !session.isAuthenticated else { return admitLoggedIn(session, at: now) }
        let isAdmitted =
            limits.commandsBeforeLogin == 0
            || commandWindow.admit(at: now, limit: limits.commandsBeforeLogin, limits.commandWindow)
        guard isAdmitted, service.commandRate.admit(connection.clientAddress, at: now) else {
            cut(.eager, session)
            return false
        }
        return true
    }

    /// A session that sends more than it may is executed more slowly: its next command waits, and soon the client's
    /// socket. Who waits for answers is held up by that and no more; who goes on sending meanwhile is sent away.
    private func admitLoggedIn(_ session: Session, at now: NIODeadline) -> Bool {
        var pause = service.limits.commandRate.map { commandBucket.take(at: now, $0) } ?? .zero
        pause = max(pause, service.commandBuckets.take(connection.clientAddress, at: now))
        guard pause > .zero else { return true }
        if framer.receivedBytes + pending.readableBytes < service.limits.pipelinedBytes {
            floodingSince = .distantFuture
        } else if floodingSince == .distantFuture {
            floodingSince = now
        } else if now - floodingSince >= service.limits.floodTime {
            cut(.flood, session)
            return false
        }
        service.metrics.slowed.increment()
        isSlowed = true
        eventLoop.assumeIsolated().scheduleTask(in: pause) {
            self.isSlowed = false
            self.advance()
        }
        return true
    }

    /// Answers a command that was not executed.
    private func refuse(tag: String?, _ completion: Completion, _ session: Session) {
        var session = session
        session.badCommands += 1
        service.metrics.count(.invalid, .bad)
        var encoder = ResponseEncoder(usesUTF8: session.parserOptions.usesUTF8)
        encoder.append(tag.map { .tagged($0, completion) } ?? .untagged(completion))
        write(encoder.takeBytes())
        phase = .ready(session)
        if session.badCommands >= service.limits.badCommands { cut(.invalid, session) }
    }

    func start(_ job: Job, _ session: Session) {
        phase = .busy
        let executor = session.isBrief(job) ? EventLoopExecutor(eventLoop) : nil
        Task(executorPreference: executor) { [session] in
            var session = session
            let ending = await session.perform(job)
            session.outlet.finish(session, ending)
        }
    }

    /// A change of a mailbox that a session in IDLE watches.
    func wake() {
        advance()
    }

    // MARK: The literals of an APPEND

    private func begin(_ announced: StreamedLiteral, _ session: Session) {
        let tagged: TaggedCommand
        do throws(SyntaxError) {
            tagged = try CommandParser(options: session.parserOptions).parse(announced.prefix)
        } catch {
            return refuseLiteral(tag: error.tag, .bad(ResponseText(error.message)), session)
        }
        switch tagged.command {
        case .append, .replace: break
        default: return refuseLiteral(tag: tagged.tag, .bad(ResponseText("No message belongs here")), session)
        }
        let source = LiteralSource(capacity: service.limits.bufferedMessage, outlet: session.outlet)
        literal = .undecided(source, isSynchronizing: announced.header.isSynchronizing)
        start(.command(TaggedCommandJob(tagged: tagged, literal: source)), session)
    }

    private func refuseLiteral(tag: String?, _ completion: Completion, _ session: Session) {
        var session = session
        session.badCommands += 1
        var encoder = ResponseEncoder()
        encoder.append(tag.map { .tagged($0, completion) } ?? .untagged(completion))
        let isLast = session.badCommands >= service.limits.badCommands
        if isLast {
            session.noteCut(.invalid)
            encoder.append(.bye(ResponseText(SessionCut.invalid.text)))
        }
        phase = .busy
        framer.refuse()
        literal = .refused
        heldEnding = HeldEnding(session, Ending(bytes: encoder.takeBytes(), action: isLast ? .close : .proceed))
    }

    func acceptLiteral() {
        guard case .undecided(let source, let isSynchronizing) = literal else { return }
        literal = .streaming(source)
        framer.accept()
        if isSynchronizing {
            var encoder = ResponseEncoder()
            encoder.appendLiteralContinuation()
            write(encoder.takeBytes())
        }
        advance()
    }

    func literalHasRoom() {
        advance()
    }

    /// Moves what has come of the literal to where it goes.
    private func pumpLiteral() {
        while true {
            switch literal {
            case .none, .undecided: return
            case .streaming(let source):
                guard !source.isFull else { return }
                guard let event = nextEvent() else {
                    if isInputClosed { source.end(.failure(.connectionClosed)) }
                    return
                }
                receive(event, source)
            case .refused:
                guard let event = nextEvent() else {
                    if isInputClosed { context?.close(promise: nil) }
                    return
                }
                endRefusal(event)
            }
        }
    }

    private func receive(_ event: FramingEvent, _ source: LiteralSource) {
        switch event {
        case .chunk(let bytes):
            source.push(bytes)
        case .streamEnded(let rest):
            literal = .none
            source.end(.success(rest))
        case .streamedLiteral(let announced):
            literal = .undecided(source, isSynchronizing: announced.header.isSynchronizing)
            source.end(.success(announced.prefix))
        case .failure(let failure):
            literal = .none
            source.end(.failure(.refused(failure)))
        case .command, .continuationNeeded, .refused, .line:
            break
        }
    }

    private func endRefusal(_ event: FramingEvent) {
        switch event {
        case .refused: literal = .none
        case .failure(let failure):
            literal = .none
            if failure.isFatal { heldEnding?.ending.action = .close }
        case .streamedLiteral: framer.refuse()
        case .chunk, .streamEnded, .command, .continuationNeeded, .line: break
        }
        if case .none = literal, let held = heldEnding {
            heldEnding = nil
            complete(held.session, held.ending)
        }
    }
}

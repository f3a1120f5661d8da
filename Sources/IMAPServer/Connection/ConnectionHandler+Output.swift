import IMAPSyntax
import LightMailDaemon
import NIOCore

// From endings back to bytes, and the end of the connection.

extension ConnectionHandler {
    func write(_ bytes: [UInt8]) {
        guard let context, !bytes.isEmpty else { return }
        service.metrics.bytesOut.increment(by: UInt64(bytes.count))
        clock.lastOutput = .now()
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    /// Sends bytes for a task, which waits for `done`.
    func send(_ bytes: [UInt8], done: @escaping (Bool) -> Void) {
        guard let context, timer != nil else { return done(false) }
        write(bytes)
        // The write may have failed and closed the channel.
        guard timer != nil else { return done(false) }
        if context.channel.isWritable { done(true) } else { writabilityWaiter = done }
    }

    func resumeWriter(isOpen: Bool) {
        let waiter = writabilityWaiter
        writabilityWaiter = nil
        waiter?(isOpen)
    }

    /// A task has given the session back.
    func finish(_ session: Session, _ ending: Ending) {
        guard timer != nil else { return session.ended() }
        switch literal {
        case .none: complete(session, ending)
        case .undecided, .streaming:
            framer.refuse()
            literal = .refused
            heldEnding = HeldEnding(session, ending)
        case .refused: heldEnding = HeldEnding(session, ending)
        }
        advance()
    }

    /// Carries out how a command ended, and makes ready for the next.
    func complete(_ session: Session, _ ending: Ending) {
        if let delay = ending.delay {
            var ending = ending
            ending.delay = nil
            eventLoop.assumeIsolated().scheduleTask(in: delay) {
                guard self.timer != nil else { return session.ended() }
                self.complete(session, ending)
                self.advance()
            }
            return
        }
        noteActivity()
        write(ending.bytes)
        phase = .ready(session)
        switch ending.action {
        case .proceed, .endCompression: break
        case .close: return close()
        case .abort:
            context?.close(promise: nil)
            return
        case .startTLS: startTLS()
        case .compress: compress()
        }
        if session.isAuthenticated != isAuthenticated {
            isAuthenticated = session.isAuthenticated
            let (first, now) = (clock.lastActivity + service.limits.loginTime, NIODeadline.now())
            clock.lastActivity = now
            framer.limits = framing
            if !isAuthenticated || clock.nextLook(after: now, stage, service.limits) < first {
                timer?.cancel()
                scheduleTimer()
            }
        }
        if session.isAwaitingLine { framer.expectLine() }
        if case .endCompression = ending.action {
            let ended = compression
            compression = nil
            ended?.end()
        }
    }

    /// RFC 9051 6.2.1. What the client sent in clear after the command is no part of the session under TLS.
    private func startTLS() {
        let dropped = framer.takeReceived().count + pending.readableBytes
        pending = ByteBuffer()
        if dropped > 0 { logger.notice("dropped what followed STARTTLS in clear", metadata: ["bytes": "\(dropped)"]) }
        guard let tls = service.tls, let context else { return close() }
        do {
            try context.channel.pipeline.syncOperations.addHandler(tls.makeHandler(), position: .first)
        } catch {
            context.close(promise: nil)
        }
    }

    /// RFC 4978 3. What came behind the command is compressed already.
    private func compress() {
        var received = ByteBuffer(bytes: framer.takeReceived())
        received.writeBuffer(&pending)
        pending = ByteBuffer()
        guard let context, let handler = CompressionHandler(received: received) else {
            context?.close(promise: nil)
            return
        }
        compression = handler
        holdsRead = true
        do {
            try context.channel.pipeline.syncOperations.addHandler(handler, position: .before(self))
        } catch {
            context.close(promise: nil)
        }
    }

    func bye(_ text: String, _ session: Session) {
        var encoder = ResponseEncoder()
        encoder.append(.bye(ResponseText(text)))
        write(encoder.takeBytes())
        close()
    }

    /// Ends a session for what its client did or did not do.
    func cut(_ reason: SessionCut, _ session: Session, saying text: String? = nil) {
        session.noteCut(reason)
        guard reason == .flood else { return bye(text ?? reason.text, session) }
        var encoder = ResponseEncoder()
        // RFC 5530 3
        encoder.append(.bye(ResponseText(text ?? reason.text, code: .limit)))
        write(encoder.takeBytes())
        session.ended()
        phase = .closed
        clock.lastActivity = .now()
        framer = CommandFramer(limits: service.limits.framingBeforeLogin)
        pending = ByteBuffer()
        // To close a socket with bytes in it that nobody has read takes the farewell from the client: for a moment they are
        // read and thrown away.
        eventLoop.assumeIsolated().scheduleTask(in: Self.farewellTime) { self.context?.close(promise: nil) }
    }

    private static let farewellTime = TimeAmount.seconds(1)

    /// Closes once what was written is sent.
    func close() {
        if case .ready(let session) = phase { session.ended() }
        phase = .closed
        clock.lastActivity = .now()
        guard let context else { return }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in channel.close(promise: nil) }
    }

    /// The daemon is about to end: the command at hand is finished first.
    func drain() {
        isDraining = true
        advance()
    }

    // MARK: Time

    /// The client did something. The time to log in is no longer for that.
    func noteActivity() {
        if isAuthenticated { clock.lastActivity = .now() }
    }

    func scheduleTimer() {
        let next = clock.nextLook(after: .now(), stage, service.limits)
        timer = eventLoop.assumeIsolated().scheduleTask(deadline: next) { self.timerFired() }
    }

    private func timerFired() {
        switch clock.due(at: .now(), stage, unsent: unsentBytes, service.limits) {
        case .nothing: break
        case .heartbeat:
            var encoder = ResponseEncoder()
            encoder.append(.untagged(.ok(ResponseText("Still here"))))
            write(encoder.takeBytes())
        case .farewell(let reason):
            if case .ready(let session) = phase { cut(reason, session) }
        case .abandon(let reason):
            if let reason {
                service.metrics.count(reason)
                logger.notice(
                    "session cut", metadata: [LogKey.reason: "\(reason.rawValue)", "unsent_bytes": "\(unsentBytes)"])
            }
            context?.close(mode: .all, promise: nil)
        }
        // Writing or closing may have ended it.
        if timer != nil { scheduleTimer() }
    }

    private var stage: SessionClock.Stage {
        switch phase {
        case .closed: .closed
        case .busy: writabilityWaiter != nil || isWaitingForLiteral ? .workingForClient : .working
        case .ready(let session):
            session.isIdling && context?.channel.isWritable == true ? .idling : .waiting
        }
    }

    /// Bytes that wait for the client to take them.
    var unsentBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    private var isWaitingForLiteral: Bool {
        switch literal {
        case .streaming(let source): !source.isFull
        case .refused: true
        case .none, .undecided: false
        }
    }
}

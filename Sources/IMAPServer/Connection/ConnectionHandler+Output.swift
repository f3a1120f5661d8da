import IMAPSyntax
import NIOCore

// From endings back to bytes, and the end of the connection.

extension ConnectionHandler {
    func write(_ bytes: [UInt8]) {
        guard let context, !bytes.isEmpty else { return }
        service.metrics.bytesOut.increment(by: UInt64(bytes.count))
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
            lastActivity = .now()
            framer.limits = isAuthenticated ? service.limits.framing : service.limits.framingBeforeLogin
            if !isAuthenticated {
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

    /// Closes once what was written is sent.
    func close() {
        if case .ready(let session) = phase { session.ended() }
        phase = .closed
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
        if isAuthenticated { lastActivity = .now() }
    }

    func scheduleTimer() {
        let limit = isAuthenticated ? service.limits.idleTime : service.limits.loginTime
        timer = eventLoop.assumeIsolated().scheduleTask(deadline: lastActivity + limit) { self.timerFired() }
    }

    /// Time is up, unless something happened since the timer was set, or a command is at work and the client is not
    /// what it waits for.
    private func timerFired() {
        let limit = isAuthenticated ? service.limits.idleTime : service.limits.loginTime
        if NIODeadline.now() - lastActivity >= limit {
            switch phase {
            case .ready(let session):
                scheduleTimer()
                return bye(isAuthenticated ? "Idle for too long" : "No login in time", session)
            case .busy where writabilityWaiter != nil || isWaitingForLiteral:
                context?.close(promise: nil)
            case .busy:
                lastActivity = .now()
            case .closed:
                // The farewell is not read either.
                context?.close(mode: .all, promise: nil)
            }
        }
        scheduleTimer()
    }

    private var isWaitingForLiteral: Bool {
        switch literal {
        case .streaming(let source): !source.isFull
        case .refused: true
        case .none, .undecided: false
        }
    }
}

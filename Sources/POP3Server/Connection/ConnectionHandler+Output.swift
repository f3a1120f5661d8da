import NIOCore
import POP3Syntax

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
        complete(session, ending)
        advance()
    }

    /// Carries out how a command ended, and makes ready for the next.
    private func complete(_ session: Session, _ ending: Ending) {
        if let delay = ending.delay {
            var ending = ending
            ending.delay = nil
            eventLoop.assumeIsolated().scheduleTask(in: delay) { self.finish(session, ending) }
            return
        }
        lastActivity = .now()
        write(ending.bytes)
        phase = .ready(session)
        isAuthenticated = session.isAuthenticated
        switch ending.action {
        case .proceed: break
        case .close: close()
        case .abort: context?.close(promise: nil)
        case .startTLS: startTLS()
        }
    }

    /// RFC 2595 4. What the client sent in clear after the command is no part of the session under TLS.
    private func startTLS() {
        let dropped = pending.readableBytes
        pending = ByteBuffer()
        framer.reset()
        if dropped > 0 { logger.notice("dropped what followed STLS in clear", metadata: ["bytes": "\(dropped)"]) }
        guard let tls = service.tls, let context else { return close() }
        do {
            try context.channel.pipeline.syncOperations.addHandler(tls.makeHandler(), position: .first)
        } catch {
            context.close(promise: nil)
        }
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

    func scheduleTimer() {
        timer = eventLoop.assumeIsolated().scheduleTask(deadline: lastActivity + timeLimit) { self.timerFired() }
    }

    private var timeLimit: TimeAmount { isAuthenticated ? service.limits.idleTime : service.limits.loginTime }

    /// Time is up, unless something happened since the timer was set, or a command is at work and the client is not
    /// what it waits for. RFC 1939 3: the connection is closed without a word, and nothing is deleted.
    private func timerFired() {
        if NIODeadline.now() - lastActivity >= timeLimit {
            lastActivity = .now()
            let isAtWork = if case .busy = phase { writabilityWaiter == nil } else { false }
            if !isAtWork { context?.close(mode: .all, promise: nil) }
        }
        scheduleTimer()
    }
}

import LightMailDaemon
import NIOCore
import POP3Syntax

// From bytes to commands, one at a time and in order (PIPELINING, RFC 2449 6.6).

extension ConnectionHandler {
    /// Does all that can be done now.
    func advance() {
        // A reply written below may change writability, which leads back here.
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        while case .ready(let session) = phase, context?.channel.isWritable == true {
            guard let line = nextLine() else {
                becomeIdle(session)
                break
            }
            start(line, session)
        }
        releaseRead()
    }

    private func nextLine() -> Line? {
        while let event = framer.next(in: pending.readableBytesUInt8Span) {
            switch event {
            case .line(let length, let consumed):
                let bytes = pending.getBytes(at: pending.readerIndex, length: length) ?? []
                pending.moveReaderIndex(forwardBy: consumed)
                return .bytes(bytes)
            case .tooLong(let consumed):
                pending.moveReaderIndex(forwardBy: consumed)
                return .tooLong
            case .skip(let count):
                pending.moveReaderIndex(forwardBy: count)
            }
        }
        return nil
    }

    /// There is nothing to do until the client or the timer does something. A session that has logged in may hold marks
    /// that the client believes in, so a drain lets it come to its QUIT.
    private func becomeIdle(_ session: Session) {
        if isInputClosed || (isDraining && !session.isAuthenticated) { close() }
    }

    private func start(_ line: Line, _ session: Session) {
        phase = .busy
        let executor = line.isBrief ? EventLoopExecutor(eventLoop) : nil
        Task(executorPreference: executor) { [session] in
            var session = session
            let ending = await session.perform(line)
            session.outlet.finish(session, ending)
        }
    }
}

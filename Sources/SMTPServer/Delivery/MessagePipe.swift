import SMTPSyntax
import Synchronization

/// Carries one message from the event loop that receives it to the task that stores it, holding a bounded part of it.
///
/// The event loop appends and is told when to stop reading; the task takes all there is at once, so that a slow client
/// costs a wake-up a read and a fast one a wake-up a buffer. Exactly one task reads.
final class MessagePipe: Sendable {
    /// Why a message ended before its end.
    enum Interruption: Error {
        /// It is larger than allowed.
        case tooLarge
        /// The client closed the connection, began anew, or fell silent.
        case abandoned
    }

    fileprivate enum Flow {
        case open
        case finished
        case interrupted(Interruption)
        /// The reader wants no more, for this reason; the rest of the message is dropped as it comes.
        case discarding(Reply)
    }

    fileprivate struct State {
        var buffer: [UInt8] = []
        /// Bytes that the reader took last and still works on.
        var lent = 0
        var flow = Flow.open
        var isFull = false
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let account: BufferAccount
    private let onRoom: @Sendable () -> Void

    /// - Parameters:
    ///   - capacity: from so many waiting bytes on the sender is asked to stop.
    ///   - onRoom: called on the reader's thread when the sender may go on.
    init(capacity: Int, account: BufferAccount, onRoom: @escaping @Sendable () -> Void) {
        self.capacity = capacity
        self.account = account
        self.onRoom = onRoom
    }

    deinit {
        state.withLock { account.remove($0.buffer.count + $0.lent) }
    }

    /// Why the message will not be stored, as soon as that is known.
    var refusal: Reply? {
        state.withLock { state in
            switch state.flow {
            case .discarding(let reply): reply
            case .interrupted(.tooLarge): ErrorReplies.tooLarge
            case .open, .finished, .interrupted(.abandoned): nil
            }
        }
    }

    /// Whether the sender has been asked to stop and not yet to go on.
    var isFull: Bool { state.withLock { $0.isFull } }

    /// Adds bytes. They are taken in any case; afterwards ``isFull`` says whether to read on.
    func append(_ bytes: some Collection<UInt8>) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .open = state.flow else { return nil }
            state.buffer.append(contentsOf: bytes)
            account.add(bytes.count)
            state.isFull = state.buffer.count >= capacity
            return state.takeReader()
        }
        reader?.resume()
    }

    /// The message is complete.
    func finish() { end(.finished) }

    /// The message will not be complete. What waits to be read is dropped.
    func interrupt(_ reason: Interruption) { end(.interrupted(reason)) }

    private func end(_ flow: Flow) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .open = state.flow else { return nil }
            state.flow = flow
            if case .interrupted = flow {
                drop(&state)
                state.isFull = false
            }
            return state.takeReader()
        }
        reader?.resume()
    }

    /// The reader gives up: bytes are dropped from now on, and the sender is never asked to stop again.
    func discard(_ reason: Reply) {
        let wasFull = state.withLock { state in
            if case .open = state.flow { state.flow = .discarding(reason) }
            drop(&state)
            account.remove(state.lent)
            state.lent = 0
            defer { state.isFull = false }
            return state.isFull
        }
        if wasFull { onRoom() }
    }

    /// The next bytes of the message, at least one; nil after the last.
    func next() async throws(Interruption) -> [UInt8]? {
        while true {
            let (bytes, wasFull, flow) = state.withLock { state in
                account.remove(state.lent)
                let bytes = state.buffer
                state.buffer = []
                state.lent = bytes.count
                defer { state.isFull = false }
                return (bytes, state.isFull, state.flow)
            }
            if wasFull { onRoom() }
            if !bytes.isEmpty { return bytes }
            switch flow {
            case .finished, .discarding: return nil
            case .interrupted(let reason): throw reason
            case .open: await wait()
            }
        }
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if case .open = state.flow, state.buffer.isEmpty {
                    state.reader = continuation
                    return false
                }
                return true
            }
            if isReady { continuation.resume() }
        }
    }

    private func drop(_ state: inout State) {
        account.remove(state.buffer.count)
        state.buffer = []
    }
}

extension MessagePipe.State {
    fileprivate mutating func takeReader() -> CheckedContinuation<Void, Never>? {
        defer { reader = nil }
        return reader
    }
}

import IMAPSyntax
import Synchronization

/// Carries the literals of an APPEND from the event loop to the task that stores them, holding a bounded part of them.
///
/// The event loop pushes and stops reading while `isFull`; one task takes all there is at once. Behind each literal
/// comes what the command says next; then the task may ask for the next literal, or be done.
final class LiteralSource: Sendable {
    /// Why no more comes.
    enum Interruption: Error {
        case connectionClosed
        /// The command broke a bound, and the rest of it was thrown away.
        case refused(FramingFailure)
    }

    fileprivate struct State {
        var buffer: [UInt8] = []
        /// What follows the literal, once that is complete; or why nothing does.
        var end: Result<[UInt8], Interruption>?
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let outlet: Outlet

    init(capacity: Int, outlet: Outlet) {
        self.capacity = capacity
        self.outlet = outlet
    }

    /// Whether the event loop has to stop.
    var isFull: Bool { state.withLock { $0.buffer.count >= capacity } }

    /// Asks the client for the literal that was announced.
    func accept() { outlet.acceptLiteral() }

    func push(_ bytes: ArraySlice<UInt8>) {
        let reader = state.withLock { state in
            guard state.end == nil else { return state.takeReader() }
            state.buffer.append(contentsOf: bytes)
            return state.takeReader()
        }
        reader?.resume()
    }

    /// The literal is complete, and followed by these bytes of the command; or it will never be.
    func end(_ result: Result<[UInt8], Interruption>) {
        let reader = state.withLock { state in
            if case .failure = result {
                state.buffer = []
                state.end = result
            } else if state.end == nil {
                state.end = result
            }
            return state.takeReader()
        }
        reader?.resume()
    }

    /// The next bytes of the literal, never empty; nil after the last.
    func next() async throws(Interruption) -> [UInt8]? {
        while true {
            let (bytes, end) = state.withLock { state in
                defer { state.buffer = [] }
                return (state.buffer, state.end)
            }
            if bytes.count >= capacity { outlet.literalHasRoom() }
            if !bytes.isEmpty { return bytes }
            switch end {
            case .success: return nil
            case .failure(let interruption): throw interruption
            case nil: await wait()
            }
        }
    }

    /// What followed the literal whose last bytes were taken.
    func rest() throws(Interruption) -> [UInt8] {
        let end = state.withLock { state in
            defer { if case .success = state.end { state.end = nil } }
            return state.end
        }
        return try end?.get() ?? []
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.buffer.isEmpty && state.end == nil {
                    state.reader = continuation
                    return false
                }
                return true
            }
            if isReady { continuation.resume() }
        }
    }
}

extension LiteralSource.State {
    fileprivate mutating func takeReader() -> CheckedContinuation<Void, Never>? {
        defer { reader = nil }
        return reader
    }
}

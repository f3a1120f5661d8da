import Synchronization

/// Carries the message of an APPEND from the event loop to the task that stores it, holding a bounded part of it.
///
/// The event loop pushes and stops reading while `isFull`; one task takes all there is at once.
final class LiteralSource: Sendable {
    /// Why no more of the message comes.
    enum Interruption: Error {
        case connectionClosed
        /// What follows the message is no end of the command; the text says why.
        case malformed(String)
    }

    fileprivate struct State {
        var buffer: [UInt8] = []
        var end: Result<Void, Interruption>?
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

    /// Asks the client for the message.
    func accept() { outlet.acceptLiteral() }

    func push(_ bytes: ArraySlice<UInt8>) {
        let reader = state.withLock { state in
            guard state.end == nil else { return state.takeReader() }
            state.buffer.append(contentsOf: bytes)
            return state.takeReader()
        }
        reader?.resume()
    }

    /// The message is complete, or will never be.
    func end(_ result: Result<Void, Interruption>) {
        let reader = state.withLock { state in
            if state.end == nil { state.end = result }
            if case .failure = result { state.buffer = [] }
            return state.takeReader()
        }
        reader?.resume()
    }

    /// The next bytes, never empty; nil after the last.
    func next() async throws -> [UInt8]? {
        while true {
            let (bytes, end) = state.withLock { state in
                defer { state.buffer = [] }
                return (state.buffer, state.end)
            }
            if bytes.count >= capacity { outlet.literalHasRoom() }
            if !bytes.isEmpty { return bytes }
            if let end {
                try end.get()
                return nil
            }
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
}

extension LiteralSource.State {
    fileprivate mutating func takeReader() -> CheckedContinuation<Void, Never>? {
        defer { reader = nil }
        return reader
    }
}

// A TCP proxy that stands between the client and the real server, and misbehaves on order.

import Foundation
import Synchronization

/// Forwards connections to a port of this machine.
final class FaultyProxy: Sendable {
    enum Fault: Sendable, Equatable {
        case none
        /// Closes a connection after so many octets of the answers on it.
        case truncate(after: Int)
        /// Forwards so many octets of the answers on a connection and then nothing, and keeps it open.
        case stall(after: Int)
    }

    private struct State {
        var listener: TestSocket?
        var sockets: [TestSocket] = []
        /// One for each connection to come; the last one stays.
        var faults: [Fault] = [.none]
    }

    let port: UInt16
    private let upstream: UInt16
    private let state: Mutex<State>

    init(upstream: UInt16) throws {
        let listener = try TestSocket.listen()
        self.upstream = upstream
        port = listener.port
        state = Mutex(State(listener: listener))
        accept(on: listener)
    }

    deinit { goAway() }

    /// What happens to the connections to come, one by one; the last fault stays. Open connections are closed.
    func misbehave(_ faults: Fault...) {
        let old = state.withLock { state in
            state.faults = faults
            defer { state.sockets = [] }
            return state.sockets
        }
        for socket in old { socket.shut() }
    }

    /// Refuses connections and closes those that are open.
    func goAway() {
        let (listener, old) = state.withLock { state in
            defer { (state.listener, state.sockets) = (nil, []) }
            return (state.listener, state.sockets)
        }
        listener?.shut()
        for socket in old { socket.shut() }
    }

    /// Listens again on the same port.
    func comeBack() throws {
        let listener = try TestSocket.listen(port: port)
        state.withLock { $0.listener = listener }
        accept(on: listener)
    }

    private func accept(on listener: TestSocket) {
        Thread.detachNewThread { [weak self] in
            while let client = listener.accept() {
                guard let self, let server = try? TestSocket.connect(port: upstream) else { return }
                let fault = state.withLock { state in
                    state.sockets += [client, server]
                    return state.faults.count > 1 ? state.faults.removeFirst() : state.faults.first ?? .none
                }
                Thread.detachNewThread { Self.pump(from: client, to: server, .none) }
                Thread.detachNewThread { Self.pump(from: server, to: client, fault) }
            }
        }
    }

    private static func pump(from source: TestSocket, to sink: TestSocket, _ fault: Fault) {
        var passed = 0
        while let bytes = source.read() {
            switch fault {
            case .none: sink.write(bytes)
            case .truncate(let limit):
                sink.write(bytes.prefix(max(0, limit - passed)))
                if passed + bytes.count >= limit {
                    sink.shut()
                    source.shut()
                    return
                }
            case .stall(let limit): sink.write(bytes.prefix(max(0, limit - passed)))
            }
            passed += bytes.count
        }
        sink.shut()
    }
}

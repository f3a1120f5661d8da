import NIOCore
import Synchronization

/// Counts what the clients of one network do in a window of time, in all their sessions of this process. A network is an
/// IPv4 address or the /64 of an IPv6 address; this machine, where webmail and proxies stand, is not counted.
package final class NetworkRate: Sendable {
    private struct Window {
        var start: NIODeadline
        var count = 0
    }

    private struct State {
        var limit: Int
        var length: TimeAmount
        var windows: [Network: Window] = [:]
    }

    private let state: Mutex<State>

    /// Networks counted at once, about 100 bytes each.
    private static let maximumWindows = 100_000

    /// - Parameters:
    ///   - limit: what a network may do within a window; 0 for no limit.
    ///   - window: its length.
    package init(limit: Int, window: TimeAmount) {
        state = Mutex(State(limit: limit, length: window))
    }

    /// Sets another limit, from now on; what was counted in a window that has begun counts.
    package func change(limit: Int, window: TimeAmount) {
        state.withLock { state in
            state.limit = limit
            state.length = window
        }
    }

    /// Counts one; false when it is one too many.
    package func admit(_ address: IPAddress?, at now: NIODeadline = .now()) -> Bool {
        guard let address, !address.isLoopback else { return true }
        return state.withLock { state in
            guard state.limit > 0 else { return true }
            let network = Network(of: address)
            var window = state.windows[network] ?? Window(start: now)
            if now - window.start >= state.length { window = Window(start: now) }
            window.count += 1
            if state.windows[network] == nil, state.windows.count >= Self.maximumWindows {
                state.windows = state.windows.filter { now - $0.value.start < state.length }
                if state.windows.count >= Self.maximumWindows { state.windows.removeAll() }
            }
            state.windows[network] = window
            return window.count <= state.limit
        }
    }
}

import NIOCore
import Synchronization

/// Counts what the clients of one network do in a window of time, in all their sessions of this process. A network is an
/// IPv4 address or the /64 of an IPv6 address; this machine, where webmail and proxies stand, is not counted.
package final class NetworkRate: Sendable {
    private struct Window {
        var start: NIODeadline
        var count = 0
    }

    private let limit: Int
    private let length: TimeAmount
    private let windows = Mutex<[Network: Window]>([:])

    /// Networks counted at once, about 100 bytes each.
    private static let maximumWindows = 100_000

    /// - Parameters:
    ///   - limit: what a network may do within a window; 0 for no limit.
    ///   - window: its length.
    package init(limit: Int, window: TimeAmount) {
        self.limit = limit
        length = window
    }

    /// Counts one; false when it is one too many.
    package func admit(_ address: IPAddress?, at now: NIODeadline = .now()) -> Bool {
        guard limit > 0, let address, !address.isLoopback else { return true }
        return windows.withLock { windows in
            let network = Network(of: address)
            var window = windows[network] ?? Window(start: now)
            if now - window.start >= length { window = Window(start: now) }
            window.count += 1
            if windows[network] == nil, windows.count >= Self.maximumWindows {
                windows = windows.filter { now - $0.value.start < length }
                if windows.count >= Self.maximumWindows { windows.removeAll() }
            }
            windows[network] = window
            return window.count <= limit
        }
    }
}

import Synchronization

/// Counts the connections of one or several listeners, in all and by client address, and says when there are too many.
package final class ConnectionLimits: Sendable {
    package enum Refusal: String, Sendable {
        case total, address
    }

    private struct State {
        var maximum: Int
        var maximumPerAddress: Int
        var total = 0
        /// Counted without a limit too, so that one that is set later knows who is there.
        var byAddress: [IPAddress: Int] = [:]
    }

    private let exemptsLoopback: Bool
    private let state: Mutex<State>

    /// - Parameters:
    ///   - maximum: Connections at once.
    ///   - maximumPerAddress: Connections at once from one address; 0 for no such limit.
    ///   - exemptsLoopback: Webmail and proxies on this machine are many clients behind one address.
    package init(maximum: Int, maximumPerAddress: Int = 0, exemptsLoopback: Bool = true) {
        state = Mutex(State(maximum: maximum, maximumPerAddress: maximumPerAddress))
        self.exemptsLoopback = exemptsLoopback
    }

    /// Sets other limits, for connections that come from now on; who is there stays.
    package func change(maximum: Int, maximumPerAddress: Int = 0) {
        state.withLock { state in
            state.maximum = maximum
            state.maximumPerAddress = maximumPerAddress
        }
    }

    /// Connections at this moment.
    package var count: Int {
        state.withLock(\.total)
    }

    /// Counts a connection that was accepted; false when it is one too many, and then it is not counted.
    func enter() -> Bool {
        state.withLock { state in
            guard state.total < state.maximum else { return false }
            state.total += 1
            return true
        }
    }

    /// Counts the address of a connection once it is known; false when it is one too many, and then it is not counted.
    func enter(_ address: IPAddress) -> Bool {
        guard isCounted(address) else { return true }
        return state.withLock { state in
            let count = state.byAddress[address, default: 0]
            guard state.maximumPerAddress == 0 || count < state.maximumPerAddress else { return false }
            state.byAddress[address] = count + 1
            return true
        }
    }

    func leave() {
        state.withLock { $0.total -= 1 }
    }

    func leave(_ address: IPAddress) {
        guard isCounted(address) else { return }
        state.withLock { state in
            guard let count = state.byAddress[address] else { return }
            state.byAddress[address] = count == 1 ? nil : count - 1
        }
    }

    private func isCounted(_ address: IPAddress) -> Bool { !(exemptsLoopback && address.isLoopback) }
}

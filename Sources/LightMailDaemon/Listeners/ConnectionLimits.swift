import Synchronization

/// Counts the connections of one or several listeners, in all and by client address, and says when there are too many.
package final class ConnectionLimits: Sendable {
    package enum Refusal: String, Sendable {
        case total, address
    }

    private struct Counts {
        var total = 0
        var byAddress: [IPAddress: Int] = [:]
    }

    private let maximum: Int
    private let maximumPerAddress: Int
    private let exemptsLoopback: Bool
    private let counts = Mutex(Counts())

    /// - Parameters:
    ///   - maximum: Connections at once.
    ///   - maximumPerAddress: Connections at once from one address; 0 for no such limit.
    ///   - exemptsLoopback: Webmail and proxies on this machine are many clients behind one address.
    package init(maximum: Int, maximumPerAddress: Int = 0, exemptsLoopback: Bool = true) {
        self.maximum = maximum
        self.maximumPerAddress = maximumPerAddress
        self.exemptsLoopback = exemptsLoopback
    }

    /// Connections at this moment.
    package var count: Int {
        counts.withLock(\.total)
    }

    /// Counts a connection that was accepted; false when it is one too many, and then it is not counted.
    func enter() -> Bool {
        counts.withLock { counts in
            guard counts.total < maximum else { return false }
            counts.total += 1
            return true
        }
    }

    /// Counts the address of a connection once it is known; false when it is one too many, and then it is not counted.
    func enter(_ address: IPAddress) -> Bool {
        guard isLimited(address) else { return true }
        return counts.withLock { counts in
            let count = counts.byAddress[address, default: 0]
            guard count < maximumPerAddress else { return false }
            counts.byAddress[address] = count + 1
            return true
        }
    }

    func leave() {
        counts.withLock { $0.total -= 1 }
    }

    func leave(_ address: IPAddress) {
        guard isLimited(address) else { return }
        counts.withLock { counts in
            guard let count = counts.byAddress[address] else { return }
            counts.byAddress[address] = count == 1 ? nil : count - 1
        }
    }

    private func isLimited(_ address: IPAddress) -> Bool {
        maximumPerAddress > 0 && !(exemptsLoopback && address.isLoopback)
    }
}

import SMTPSyntax
import Synchronization

/// What became of the delivery to those who are here, told by the task that the smarthost's client asks.
final class LocalOutcome: Sendable {
    private enum State {
        case untried
        case delivered
        case failed(Reply)
    }

    private let state = Mutex(State.untried)

    /// - Parameter failure: nil when all have the message.
    func set(_ failure: Reply?) {
        state.withLock { $0 = failure.map(State.failed) ?? .delivered }
    }

    var isUntried: Bool {
        state.withLock { state in
            if case .untried = state { return true }
            return false
        }
    }

    var isDelivered: Bool {
        state.withLock { state in
            if case .delivered = state { return true }
            return false
        }
    }

    var failure: Reply? {
        state.withLock { state in
            if case .failed(let reply) = state { return reply }
            return nil
        }
    }
}

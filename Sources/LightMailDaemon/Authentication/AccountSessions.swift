import LightMailCore
import Synchronization

/// Counts the sessions that accounts have in this process, and says when one has too many.
final class AccountSessions: Sendable {
    /// A session's place, for as long as somebody holds it.
    final class Place: Sendable {
        private let account: AccountID
        private let sessions: AccountSessions

        fileprivate init(_ account: AccountID, in sessions: AccountSessions) {
            self.account = account
            self.sessions = sessions
        }

        deinit {
            sessions.leave(account)
        }
    }

    private struct State {
        var maximum: Int
        var counts: [AccountID: Int] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter maximum: of one account; 0 for no limit.
    init(maximum: Int) {
        state = Mutex(State(maximum: maximum))
    }

    /// Sets another limit, for sessions that come from now on; who is there stays.
    func change(maximum: Int) {
        state.withLock { $0.maximum = maximum }
    }

    /// Nil when it would be one too many.
    func enter(_ account: AccountID) -> Place? {
        let isAdmitted = state.withLock { state in
            let count = state.counts[account, default: 0]
            guard state.maximum == 0 || count < state.maximum else { return false }
            state.counts[account] = count + 1
            return true
        }
        return isAdmitted ? Place(account, in: self) : nil
    }

    private func leave(_ account: AccountID) {
        state.withLock { state in
            guard let count = state.counts[account] else { return }
            state.counts[account] = count == 1 ? nil : count - 1
        }
    }
}

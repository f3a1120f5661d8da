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

    private let maximum: Int
    private let counts = Mutex<[AccountID: Int]>([:])

    /// - Parameter maximum: of one account; 0 for no limit.
    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Nil when it would be one too many.
    func enter(_ account: AccountID) -> Place? {
        let isAdmitted = counts.withLock { counts in
            let count = counts[account, default: 0]
            guard maximum == 0 || count < maximum else { return false }
            counts[account] = count + 1
            return true
        }
        return isAdmitted ? Place(account, in: self) : nil
    }

    private func leave(_ account: AccountID) {
        counts.withLock { counts in
            guard let count = counts[account] else { return }
            counts[account] = count == 1 ? nil : count - 1
        }
    }
}

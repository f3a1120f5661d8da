import IMAPSyntax
import Synchronization

/// Tells the client of a long search how far it has come (RFC 9585), so that it waits on. Told from any task of the search.
final class SearchProgress: Sendable {
    private struct State {
        var done: UInt32 = 0
        /// When the client was told last, or the search began.
        var told: ContinuousClock.Instant
    }

    private let tag: String
    private let goal: UInt32
    private let interval: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let outlet: Outlet
    private let state: Mutex<State>

    /// - Parameter goal: how many messages there are to search.
    init(tag: String, goal: Int, service: IMAPService, outlet: Outlet) {
        self.tag = tag
        self.goal = UInt32(clamping: max(goal, 1))
        interval = service.limits.progressInterval
        now = service.now
        self.outlet = outlet
        state = Mutex(State(told: service.now()))
    }

    /// So many more messages are done.
    func advance(by count: Int = 1) async throws(ConnectionClosed) {
        state.withLock { $0.done &+= UInt32(clamping: count) }
        try await tell()
    }

    /// Tells the client if it was left without a word for long enough.
    func tell() async throws(ConnectionClosed) {
        let now = now()
        let done = state.withLock { state -> UInt32? in
            guard state.told.duration(to: now) >= interval else { return nil }
            state.told = now
            // RFC 9585 4: the goal is not reached as long as the command goes on.
            return min(state.done, goal - 1)
        }
        guard let done else { return }
        var encoder = ResponseEncoder()
        let code = ResponseCode.inProgress(tag: tag.contains("]") ? nil : tag, done: done, goal: goal)
        encoder.append(.untagged(.ok(ResponseText("Still searching", code: code))))
        try await outlet.send(encoder.takeBytes())
    }
}

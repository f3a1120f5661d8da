import Synchronization

/// Says when the change feed is to be read next: at a tick, or soon after it rang.
///
/// What rings can be a moment ahead of what can be read (a transaction stands in the binary log before its rows are seen),
/// so a look that comes at once is followed by another. However often it rings, there is a pause between two looks.
final class FeedAlarm: Sendable {
    private let state = Mutex(State())

    private struct State {
        /// When it rang last, unless a look has come late enough since.
        var rang: ContinuousClock.Instant?
        var lastLook = ContinuousClock.now - FeedAlarm.pause
        var sleeper: CheckedContinuation<Void, Never>?

        /// When the next look is due because it rang.
        func due(_ pause: Duration) -> ContinuousClock.Instant? { rang.map { max($0, lastLook + pause) } }
    }

    /// Between two looks, and for this long after it rang a look is not the last.
    static let pause: Duration = .milliseconds(10)

    /// Has the feed read.
    func ring() {
        let sleeper = state.withLock { state in
            state.rang = .now
            return state.sleeper.take()
        }
        sleeper?.resume()
    }

    /// Returns when it is time to look; a cancelled task returns at once.
    func wait(atMost tick: Duration) async {
        let end = ContinuousClock.now + tick
        while !Task.isCancelled {
            let due = state.withLock { $0.due(Self.pause) }
            let deadline = min(end, due ?? end)
            if deadline <= .now { break }
            await sleep(until: deadline, unlessRungSince: due)
        }
        state.withLock { state in
            state.lastLook = .now
            if let rang = state.rang, rang + Self.pause <= state.lastLook { state.rang = nil }
        }
    }

    private func sleep(until deadline: ContinuousClock.Instant, unlessRungSince due: ContinuousClock.Instant?) async {
        let clock = Task {
            guard (try? await Task.sleep(until: deadline)) != nil else { return }
            self.state.withLock { $0.sleeper.take() }?.resume()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayWait = state.withLock { state in
                    guard !Task.isCancelled, deadline > .now, state.due(Self.pause) == due else { return false }
                    state.sleeper = continuation
                    return true
                }
                if !mayWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleeper.take() }?.resume()
        }
        clock.cancel()
    }
}

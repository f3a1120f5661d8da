import LightMailCore
import LightMailDaemon

/// The figures of the whole store. Each costs a scan, so each is asked for at most every few seconds, however many look.
struct Figures: Sendable {
    /// How far back arrivals are counted.
    static let mostDays = 30

    let totals: Remembered<StoreTotals>
    let garbage: Remembered<GarbageBacklog>
    /// Of the last `mostDays` days, today last.
    let arrivals: Remembered<[DayCount]>

    /// The daemons' samples and the store's, of the last 24 hours.
    let lastDay: Remembered<([KindSamples], [StoreSample])>

    init(_ administration: Administration, _ samples: Samples) {
        totals = Remembered { try await administration.totals() }
        garbage = Remembered { try await administration.garbage() }
        arrivals = Remembered { try await administration.arrivals(days: Self.mostDays) }
        lastDay = Remembered {
            let since = Timestamp.now.seconds - 86_400
            return (try await samples.daemons(since: since), try await samples.store(since: since))
        }
    }
}

/// A value that may be a few seconds old.
actor Remembered<Value: Sendable> {
    private static var age: Duration { .seconds(2) }

    private let ask: @Sendable () async throws -> Value
    private var known: (value: Value, until: ContinuousClock.Instant)?

    init(_ ask: @escaping @Sendable () async throws -> Value) {
        self.ask = ask
    }

    func value() async throws -> Value {
        if let known, known.until > .now { return known.value }
        let value = try await ask()
        known = (value, .now + Self.age)
        return value
    }
}

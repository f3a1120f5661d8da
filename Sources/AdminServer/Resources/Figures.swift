import LightMailCore

/// The figures of the whole store. Each costs a scan, so each is asked for at most every few seconds, however many look.
struct Figures: Sendable {
    /// How far back arrivals are counted.
    static let mostDays = 30

    let totals: Remembered<StoreTotals>
    let garbage: Remembered<GarbageBacklog>
    /// Of the last `mostDays` days, today last.
    let arrivals: Remembered<[DayCount]>

    init(_ administration: Administration) {
        totals = Remembered { try await administration.totals() }
        garbage = Remembered { try await administration.garbage() }
        arrivals = Remembered { try await administration.arrivals(days: Self.mostDays) }
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

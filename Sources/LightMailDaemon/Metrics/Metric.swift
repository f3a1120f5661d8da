import Synchronization

/// A count that only grows.
package final class Counter: Sendable {
    private let value = Atomic<UInt64>(0)

    init() {}

    package func increment(by amount: UInt64 = 1) {
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    package var current: UInt64 {
        value.load(ordering: .relaxed)
    }
}

/// A count that goes up and down.
package final class Gauge: Sendable {
    private let value = Atomic<Int64>(0)

    init() {}

    package func increment(by amount: Int64 = 1) {
        value.wrappingAdd(amount, ordering: .relaxed)
    }

    package func decrement(by amount: Int64 = 1) {
        value.wrappingSubtract(amount, ordering: .relaxed)
    }

    package func set(_ amount: Int64) {
        value.store(amount, ordering: .relaxed)
    }

    package var current: Int64 {
        value.load(ordering: .relaxed)
    }
}

/// How often a measure, such as a time in seconds, was at most each of some bounds.
package final class Histogram: Sendable {
    struct Snapshot: Sendable, Equatable {
        /// Cumulative, one for each bound.
        var counts: [UInt64]
        var sum: Double
        var count: UInt64
    }

    let bounds: [Double]
    private let state: Mutex<Snapshot>

    init(bounds: [Double]) {
        self.bounds = bounds.sorted()
        state = Mutex(Snapshot(counts: bounds.map { _ in 0 }, sum: 0, count: 0))
    }

    package func observe(_ value: Double) {
        state.withLock { state in
            state.sum += value
            state.count += 1
            // Measures are mostly small and bounds few: from the top down is the cheap way round.
            var index = bounds.count - 1
            while index >= 0, value <= bounds[index] {
                state.counts[index] += 1
                index -= 1
            }
        }
    }

    /// A time, in seconds.
    package func observe(_ duration: Duration) {
        observe(duration / .seconds(1))
    }

    var snapshot: Snapshot {
        state.withLock { $0 }
    }

    /// Seconds, for what takes between half a millisecond and ten seconds.
    package static let timeBounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
}

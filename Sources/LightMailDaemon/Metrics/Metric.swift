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

        /// What has come since an earlier one.
        func since(_ earlier: Snapshot) -> Snapshot {
            Snapshot(
                counts: zip(counts, earlier.counts).map { $0 - $1 }, sum: sum - earlier.sum,
                count: count - earlier.count)
        }

        /// What a part of the measures, such as 0.95, was at most: somewhere between two bounds, as if they lay there evenly.
        func quantile(_ part: Double, bounds: [Double]) -> Double {
            let wanted = part * Double(count)
            guard count > 0, let index = counts.firstIndex(where: { Double($0) >= wanted }) else {
                return count > 0 ? bounds.last ?? 0 : 0
            }
            let below = index > 0 ? (bounds[index - 1], counts[index - 1]) : (0, 0)
            let within = Double(counts[index] - below.1)
            guard within > 0 else { return bounds[index] }
            return below.0 + (bounds[index] - below.0) * (wanted - Double(below.1)) / within
        }
    }

    package let bounds: [Double]
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

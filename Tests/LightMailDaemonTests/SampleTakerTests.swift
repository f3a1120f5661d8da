import LightMailCore
import Testing

@testable import LightMailDaemon

/// What a daemon says that it did in five minutes.
struct SampleTakerTests {
    @Test func eachFiveMinutesBeginAnew() throws {
        func unwrapped(_ sample: DaemonSample?) throws -> DaemonSample { try #require(sample) }
        let registry = MetricsRegistry()
        let histogram = registry.histogram("a_seconds", "A.")
        let other = registry.histogram("b_seconds", "B.")
        registry.countOperations(histogram)
        registry.countOperations(other)
        registry.countOperations(other)
        var taker = SampleTaker(registry)
        histogram.observe(0.002)
        let first = try unwrapped(taker.take(at: 1_800_000_010, connections: 5))
        #expect(first.takenAt == 1_800_000_000 && first.connections == 5 && first.operations == 1)
        #expect(first.microseconds == 2_000)
        other.observe(0.004)
        let second = try unwrapped(taker.take(at: 1_800_000_020, connections: 2))
        #expect(second.takenAt == 1_800_000_000 && second.connections == 5 && second.operations == 2)
        #expect(second.microseconds == 6_000)
        histogram.observe(0.5)
        // What came after the last beat counts to the five minutes that it is told of in.
        let third = try unwrapped(taker.take(at: 1_800_000_300, connections: 1))
        #expect(third.takenAt == 1_800_000_300 && third.connections == 1 && third.operations == 1)
        #expect(third.microseconds == 500_000 && third.slow <= 500_000 && third.slow > 250_000)
        let fourth = try unwrapped(taker.take(at: 1_800_000_600, connections: 0))
        #expect(fourth.operations == 0)
    }

    @Test func whoServesNobodyHasNone() {
        var taker = SampleTaker(MetricsRegistry())
        let sample = taker.take(at: 1_800_000_000, connections: 1)
        #expect(sample == nil)
    }

    @Test func partsOfMeasuresLieBetweenBounds() {
        let bounds = [1.0, 2, 4]
        let histogram = Histogram(bounds: bounds)
        #expect(histogram.snapshot.quantile(0.95, bounds: bounds) == 0)
        for value in [0.5, 0.5, 1.5, 1.5] { histogram.observe(value) }
        #expect(histogram.snapshot.quantile(0.5, bounds: bounds) == 1)
        #expect(histogram.snapshot.quantile(0.75, bounds: bounds) == 1.5)
        #expect(histogram.snapshot.quantile(1, bounds: bounds) == 2)
        // Beyond the last bound there is only that.
        for _ in 0..<96 { histogram.observe(100) }
        #expect(histogram.snapshot.quantile(0.95, bounds: bounds) == 4)
        let before = histogram.snapshot
        histogram.observe(3)
        #expect(histogram.snapshot.since(before).quantile(1, bounds: bounds) == 4)
        #expect(histogram.snapshot.since(before).count == 1)
    }
}

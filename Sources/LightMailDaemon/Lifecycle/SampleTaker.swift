import LightMailCore

/// Sums up what a daemon does in each five minutes of the clock, from what its metrics count anyway.
struct SampleTaker {
    private let metrics: MetricsRegistry
    private var takenAt: Int64 = 0
    private var connections = 0
    /// As it was when these five minutes began, or at the last beat before.
    private var base: Histogram.Snapshot?
    private var last: Histogram.Snapshot?

    init(_ metrics: MetricsRegistry) {
        self.metrics = metrics
    }

    /// The sample so far, in place of what was taken of it before.
    ///
    /// - Parameters:
    ///   - time: seconds since 1970.
    ///   - connections: at this moment.
    /// - Returns: nil for a daemon that serves no clients.
    mutating func take(at time: Int64, connections now: Int) -> DaemonSample? {
        guard let current = metrics.operations else { return nil }
        let beginning = time / Samples.step * Samples.step
        if beginning != takenAt {
            takenAt = beginning
            connections = 0
            base = last
        }
        last = current
        connections = max(connections, now)
        let done = base.map(current.since) ?? current
        return DaemonSample(
            takenAt: takenAt, connections: connections, operations: done.count,
            microseconds: UInt64(max(done.sum, 0) * 1e6),
            slow: UInt64(done.quantile(0.95, bounds: Histogram.timeBounds) * 1e6))
    }
}

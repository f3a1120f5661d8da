import Synchronization

/// The metrics of a process. Asking twice for one name and the same labels gives the same metric.
///
/// Labels are written by the code, never taken from what a client sends: each new value is a new time series.
package final class MetricsRegistry: Sendable {
    package typealias Labels = KeyValuePairs<String, String>

    enum Instrument: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
    }

    private struct Family {
        let help: String
        var instruments: [(labels: Labels, instrument: Instrument)] = []
    }

    private struct State {
        var families: [String: Family] = [:]
        var collectors: [@Sendable (inout MetricsCollection) -> Void] = []
        var operations: [Histogram] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// - Parameters:
    ///   - name: As Prometheus wants it, with `_total` at the end.
    ///   - help: One sentence.
    package func counter(_ name: String, _ help: String, _ labels: Labels = [:]) -> Counter {
        instrument(name, help, labels, make: { .counter(Counter()) }) { instrument in
            guard case .counter(let counter) = instrument else { return nil }
            return counter
        }
    }

    package func gauge(_ name: String, _ help: String, _ labels: Labels = [:]) -> Gauge {
        instrument(name, help, labels, make: { .gauge(Gauge()) }) { instrument in
            guard case .gauge(let gauge) = instrument else { return nil }
            return gauge
        }
    }

    /// - Parameter bounds: Upper bounds of the buckets, in the unit that the name ends in.
    package func histogram(
        _ name: String, _ help: String, _ labels: Labels = [:], bounds: [Double] = Histogram.timeBounds
    ) -> Histogram {
        instrument(name, help, labels, make: { .histogram(Histogram(bounds: bounds)) }) { instrument in
            guard case .histogram(let histogram) = instrument else { return nil }
            return histogram
        }
    }

    /// Tells that a histogram of times is one of what the daemon does for its clients. All such have the same bounds.
    package func countOperations(_ histogram: Histogram) {
        state.withLock { state in
            if !state.operations.contains(where: { $0 === histogram }) { state.operations.append(histogram) }
        }
    }

    /// What the daemon has done for its clients, in seconds; nil for one that serves none.
    var operations: Histogram.Snapshot? {
        let snapshots = state.withLock { $0.operations.map(\.snapshot) }
        guard var sum = snapshots.first else { return nil }
        for other in snapshots.dropFirst() {
            sum.counts = zip(sum.counts, other.counts).map { $0 + $1 }
            sum.sum += other.sum
            sum.count += other.count
        }
        return sum
    }

    /// Asks `collector` for numbers that are kept elsewhere, each time the metrics are read.
    package func collect(_ collector: @escaping @Sendable (inout MetricsCollection) -> Void) {
        state.withLock { $0.collectors.append(collector) }
    }

    /// Every metric in the text format of Prometheus, version 0.0.4.
    package func text() -> String {
        let (families, collectors) = state.withLock { ($0.families, $0.collectors) }
        var collection = MetricsCollection()
        for (name, family) in families {
            for (labels, instrument) in family.instruments {
                switch instrument {
                case .counter(let counter): collection.counter(name, family.help, counter.current, labels)
                case .gauge(let gauge): collection.gauge(name, family.help, Double(gauge.current), labels)
                case .histogram(let histogram): collection.histogram(name, family.help, histogram, labels)
                }
            }
        }
        for collector in collectors { collector(&collection) }
        return collection.text
    }

    /// The metric of this name and these labels. A name has one type of metric: to ask for another is a mistake in the
    /// code that no input can bring about.
    private func instrument<Wanted>(
        _ name: String, _ help: String, _ labels: Labels, make: () -> Instrument, cast: (Instrument) -> Wanted?
    ) -> Wanted {
        state.withLock { state in
            let family = state.families[name, default: Family(help: help)]
            let known = family.instruments.first { $0.labels.elementsEqual(labels, by: ==) }
            let instrument = known?.instrument ?? make()
            guard let wanted = cast(instrument), family.instruments.allSatisfy({ cast($0.instrument) != nil }) else {
                preconditionFailure("\(name) is another type of metric")
            }
            if known == nil {
                state.families[name] = family
                state.families[name]?.instruments.append((labels, instrument))
            }
            return wanted
        }
    }
}

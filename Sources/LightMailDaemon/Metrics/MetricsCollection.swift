/// One reading of all metrics, on its way to the text format of Prometheus.
///
/// <https://prometheus.io/docs/instrumenting/exposition_formats/>
package struct MetricsCollection {
    private struct Family {
        let help: String
        let type: String
        var lines: [String] = []
    }

    private var families: [String: Family] = [:]

    init() {}

    package mutating func counter(
        _ name: String, _ help: String, _ value: UInt64, _ labels: MetricsRegistry.Labels = [:]
    ) {
        add(name, help, "counter", "\(name)\(MetricsCollection.text(labels)) \(value)")
    }

    /// A count that is not whole, such as seconds.
    package mutating func counter(
        _ name: String, _ help: String, _ value: Double, _ labels: MetricsRegistry.Labels = [:]
    ) {
        add(name, help, "counter", "\(name)\(MetricsCollection.text(labels)) \(MetricsCollection.number(value))")
    }

    package mutating func gauge(
        _ name: String, _ help: String, _ value: Double, _ labels: MetricsRegistry.Labels = [:]
    ) {
        add(name, help, "gauge", "\(name)\(MetricsCollection.text(labels)) \(MetricsCollection.number(value))")
    }

    mutating func histogram(
        _ name: String, _ help: String, _ histogram: Histogram, _ labels: MetricsRegistry.Labels
    ) {
        let snapshot = histogram.snapshot
        for (bound, count) in zip(histogram.bounds, snapshot.counts) {
            let text = MetricsCollection.text(labels, and: ("le", MetricsCollection.number(bound)))
            add(name, help, "histogram", "\(name)_bucket\(text) \(count)")
        }
        let infinity = MetricsCollection.text(labels, and: ("le", "+Inf"))
        add(name, help, "histogram", "\(name)_bucket\(infinity) \(snapshot.count)")
        let plain = MetricsCollection.text(labels)
        add(name, help, "histogram", "\(name)_sum\(plain) \(MetricsCollection.number(snapshot.sum))")
        add(name, help, "histogram", "\(name)_count\(plain) \(snapshot.count)")
    }

    /// Families by name, so that two readings can be compared line by line.
    var text: String {
        families.sorted { $0.key < $1.key }.map { name, family in
            let help = family.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
            let head = "# HELP \(name) \(help)\n# TYPE \(name) \(family.type)\n"
            return head + family.lines.map { $0 + "\n" }.joined()
        }.joined()
    }

    private mutating func add(_ name: String, _ help: String, _ type: String, _ line: String) {
        families[name, default: Family(help: help, type: type)].lines.append(line)
    }

    private static func text(_ labels: MetricsRegistry.Labels, and last: (String, String)? = nil) -> String {
        var pairs = labels.map { ($0.key, $0.value) }
        if let last { pairs.append(last) }
        guard !pairs.isEmpty else { return "" }
        return "{" + pairs.map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// Whole numbers without a fraction; infinity and no number as Prometheus spells them.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? String(value)
    }
}

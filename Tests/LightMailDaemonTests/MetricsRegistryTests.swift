import Testing

@testable import LightMailDaemon

@Suite struct MetricsRegistryTests {
    @Test func theTextFormat() {
        let registry = MetricsRegistry()
        registry.counter("b_total", "Bees.", ["kind": "worker", "hive": "a\"b\\c\nd"]).increment(by: 3)
        registry.counter("b_total", "Bees.", ["kind": "queen", "hive": ""]).increment()
        registry.gauge("a", "First\nline\\.").set(-5)
        let histogram = registry.histogram("h_seconds", "Times.", ["op": "x"], bounds: [1, 0.5])
        histogram.observe(0.5)
        histogram.observe(.milliseconds(750))
        histogram.observe(7)
        registry.collect { collection in
            collection.counter("c_total", "Collected.", UInt64.max, ["operation": "put"])
            collection.counter("d_total", "Seconds.", 1.5)
            collection.gauge("e", "Odd.", .infinity)
        }
        #expect(
            registry.text() == #"""
                # HELP a First\nline\\.
                # TYPE a gauge
                a -5
                # HELP b_total Bees.
                # TYPE b_total counter
                b_total{kind="worker",hive="a\"b\\c\nd"} 3
                b_total{kind="queen",hive=""} 1
                # HELP c_total Collected.
                # TYPE c_total counter
                c_total{operation="put"} 18446744073709551615
                # HELP d_total Seconds.
                # TYPE d_total counter
                d_total 1.5
                # HELP e Odd.
                # TYPE e gauge
                e +Inf
                # HELP h_seconds Times.
                # TYPE h_seconds histogram
                h_seconds_bucket{op="x",le="0.5"} 1
                h_seconds_bucket{op="x",le="1"} 2
                h_seconds_bucket{op="x",le="+Inf"} 3
                h_seconds_sum{op="x"} 8.25
                h_seconds_count{op="x"} 3

                """#)
    }

    @Test func oneNameAndLabelsAreOneMetric() async {
        let registry = MetricsRegistry()
        #expect(registry.counter("x_total", "X.", ["a": "1"]) === registry.counter("x_total", "X.", ["a": "1"]))
        #expect(registry.counter("x_total", "X.", ["a": "1"]) !== registry.counter("x_total", "X.", ["a": "2"]))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1000 { registry.counter("x_total", "X.", ["a": "1"]).increment() } }
            }
        }
        #expect(registry.counter("x_total", "X.", ["a": "1"]).current == 8000)
    }

    @Test func aMeasureOnABoundBelongsBelowIt() {
        let histogram = MetricsRegistry().histogram("h", "H.", bounds: [1, 2])
        for value in [0, 1, 1.5, 2, 2.5, -1] { histogram.observe(value) }
        #expect(histogram.snapshot == Histogram.Snapshot(counts: [3, 5], sum: 6, count: 6))
    }
}

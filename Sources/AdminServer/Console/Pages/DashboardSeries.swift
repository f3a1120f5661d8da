import LightMailCore
import LightMailDaemon

/// The last day in five minutes each: what the daemons did, and what the store held.
struct DashboardSeries {
    private static let length: Int64 = 86_400

    let daemons: [KindSamples]
    let store: [StoreSample]
    /// Seconds since 1970.
    let now: Int64

    /// One card for each plot, with the same by the hour as a table.
    var cards: [Values] {
        [
            card(
                "sessions", "Connections", daemons.map { line($0) { Double($0.connections) } }, unit: Self.number,
                ofHour: Self.highest),
            card(
                "deliveries", "Messages taken, by five minutes",
                daemons.filter { ["lmtpd", "smtpd"].contains($0.kind) }.map { line($0) { Double($0.operations) } },
                unit: Self.number, ofHour: { $0.reduce(0) { $0 + $1.value } }),
            card(
                "latency", "Time of an operation, mean",
                daemons.map { line($0, \.operations) { Double($0.microseconds) / Double($0.operations) } },
                unit: Self.time,
                ofHour: { points in
                    points.reduce(0) { $0 + $1.value * $1.weight } / max(points.reduce(0) { $0 + $1.weight }, 1)
                }),
            card(
                "slow", "Time within which 95 of 100 operations are done",
                daemons.map { line($0, \.operations) { Double($0.slow) } }, unit: Self.time, ofHour: Self.highest),
            card(
                "storage", "Storage", [line("as clients see it") { Double($0.bytes) }],
                unit: { Figure.bytes(Int64($0)) }, ofHour: Self.last),
            card(
                "backlog", "Garbage backlog", [line("waiting for the collector") { Double($0.garbageBytes) }],
                unit: { Figure.bytes(Int64($0)) }, ofHour: Self.last),
        ]
    }

    /// A kind has one colour in all plots.
    private static func colour(_ kind: KindSamples) -> Int {
        ["imapd", "lmtpd", "smtpd", "pop3d"].firstIndex(of: kind.kind) ?? 4
    }

    private static func highest(_ points: [LinePlot.Point]) -> Double { points.map(\.value).max() ?? 0 }

    private static func last(_ points: [LinePlot.Point]) -> Double { points.last?.value ?? 0 }

    private var span: Range<Int64> { now - Self.length..<now + 1 }

    private func line(_ kind: KindSamples, _ value: (DaemonSample) -> Double) -> LinePlot.Line {
        LinePlot.Line(
            name: kind.kind, colour: Self.colour(kind),
            points: kind.samples.map { LinePlot.Point(time: $0.takenAt, value: value($0)) })
    }

    /// Of what was done at all.
    private func line(
        _ kind: KindSamples, _ count: KeyPath<DaemonSample, UInt64>, _ value: (DaemonSample) -> Double
    ) -> LinePlot.Line {
        LinePlot.Line(
            name: kind.kind, colour: Self.colour(kind),
            points: kind.samples.filter { $0[keyPath: count] > 0 }.map {
                LinePlot.Point(time: $0.takenAt, value: value($0), weight: Double($0[keyPath: count]))
            })
    }

    private func line(_ name: String, _ value: (StoreSample) -> Double) -> LinePlot.Line {
        LinePlot.Line(
            name: name, colour: 0, points: store.map { LinePlot.Point(time: $0.takenAt, value: value($0)) })
    }

    private func card(
        _ id: String, _ title: String, _ lines: [LinePlot.Line], unit: (Double) -> String,
        ofHour: ([LinePlot.Point]) -> Double
    ) -> Values {
        let lines = lines.filter { !$0.points.isEmpty }
        let highest = lines.flatMap(\.points).map(\.value).max() ?? 0
        let plot = LinePlot(lines: lines, span: span, step: Samples.step, top: unit(highest))
        let legend = lines.map { line -> Values in
            let last = line.points.last.flatMap { $0.time > now - 3 * Samples.step ? unit($0.value) : nil }
            return ["name": line.name, "class": "s\(line.colour)", "now": last ?? ""]
        }
        return [
            "id": id, "title": title, "isEmpty": lines.isEmpty, "plot": plot.svg, "legend": legend,
            "names": lines.map { ["name": $0.name] as Values }, "hours": hours(lines, unit, ofHour),
        ]
    }

    /// The latest hour first; hours in which nothing was measured are left out.
    private func hours(
        _ lines: [LinePlot.Line], _ unit: (Double) -> String, _ ofHour: ([LinePlot.Point]) -> Double
    ) -> [Values] {
        let byHour = lines.map { Dictionary(grouping: $0.points.filter { span.contains($0.time) }) { $0.time / 3_600 } }
        return Set(byHour.flatMap(\.keys)).sorted(by: >).map { hour in
            [
                "hour": Figure.time(hour * 3_600),
                "values": byHour.map { points -> Values in
                    ["value": points[hour].map { unit(ofHour($0)) } ?? ""]
                },
            ]
        }
    }

    private static func number(_ value: Double) -> String { Figure.count(Int64(value.rounded())) }

    /// - Parameter value: in microseconds.
    private static func time(_ value: Double) -> String {
        let tenths = Int64((value / 100).rounded())
        return value >= 10_000 ? "\(Figure.count(tenths / 10)) ms" : "\(tenths / 10).\(tenths % 10) ms"
    }
}

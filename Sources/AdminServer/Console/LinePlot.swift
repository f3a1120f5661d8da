import LightMailDaemon

/// Lines over hours, drawn as SVG. Colours come from the style sheet, by class; the values stand in a table beside it.
struct LinePlot {
    struct Line {
        let name: String
        /// Of the style sheet's colours.
        let colour: Int
        /// By time, in seconds since 1970.
        let points: [Point]
    }

    struct Point {
        let time: Int64
        let value: Double
        /// Where values are summed up: for how much one counts.
        var weight = 1.0
    }

    let lines: [Line]
    let span: Range<Int64>
    /// Seconds between two points; where more than two of them lie between, the line is broken.
    let step: Int64
    /// What the top line stands for, as text.
    let top: String

    private static let width = 720.0
    private static let height = 200
    private static let floor = 170.0
    private static let ceiling = 16.0
    private static let hours: Int64 = 6 * 3_600

    /// Numbers and escaped text only.
    var svg: String {
        let middle = number((Self.ceiling + Self.floor) / 2)
        var text = """
            <svg class="plot" viewBox="0 0 \(number(Self.width)) \(Self.height)" aria-hidden="true" focusable="false">\
            <line class="grid" x1="0" x2="\(number(Self.width))" y1="\(number(Self.ceiling))" y2="\(number(Self.ceiling))"/>\
            <line class="grid" x1="0" x2="\(number(Self.width))" y1="\(middle)" y2="\(middle)"/>\
            <line class="axis" x1="0" x2="\(number(Self.width))" y1="\(number(Self.floor))" y2="\(number(Self.floor))"/>\
            <text class="scale" x="0" y="11">\(PageText().escapeText(top))</text>
            """
        let first = (span.lowerBound / Self.hours + 1) * Self.hours
        for time in stride(from: first, to: span.upperBound, by: Int(Self.hours)) {
            let clock = Timestamp(time).description.dropFirst(11).prefix(5)
            text += "<text class=\"label\" x=\"\(number(x(time)))\" y=\"190\">\(clock)</text>"
        }
        let highest = lines.flatMap(\.points).map(\.value).max() ?? 0
        for line in lines {
            text += "<path class=\"line s\(line.colour)\" d=\"\(path(line, max(highest, 1e-9)))\"/>"
        }
        return text + "</svg>"
    }

    private func path(_ line: Line, _ highest: Double) -> String {
        var path = ""
        var before: Int64?
        for point in line.points where span.contains(point.time) {
            let isBroken = before.map { point.time - $0 > 2 * step } ?? true
            let y = Self.floor - point.value / highest * (Self.floor - Self.ceiling)
            path += "\(isBroken ? "M" : "L")\(number(x(point.time))) \(number(y))"
            // A point by itself is a dot.
            if isBroken { path += "h0.1" }
            before = point.time
        }
        return path
    }

    private func x(_ time: Int64) -> Double {
        Double(time - span.lowerBound) / Double(max(span.upperBound - span.lowerBound, 1)) * Self.width
    }

    /// With one decimal.
    private func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}

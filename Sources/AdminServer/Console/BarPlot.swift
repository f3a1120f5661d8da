/// Columns over days, drawn as SVG. Colours come from the style sheet, by class; the values stand in a table beside it.
struct BarPlot {
    struct Bar {
        /// Under the column; empty for none.
        let label: String
        /// What the column says when it is pointed at.
        let title: String
        let value: Double
    }

    let bars: [Bar]
    /// What the top line stands for, as text.
    let top: String

    private static let width = 720
    private static let height = 200
    private static let floor = 170
    private static let ceiling = 16

    /// Numbers and escaped text only.
    var svg: String {
        let highest = max(bars.map(\.value).max() ?? 0, 1)
        let step = Double(Self.width) / Double(max(bars.count, 1))
        var text = """
            <svg class="plot" viewBox="0 0 \(Self.width) \(Self.height)" aria-hidden="true" focusable="false">\
            <line class="grid" x1="0" x2="\(Self.width)" y1="\(Self.ceiling)" y2="\(Self.ceiling)"/>\
            <line class="grid" x1="0" x2="\(Self.width)" y1="\((Self.ceiling + Self.floor) / 2)" \
            y2="\((Self.ceiling + Self.floor) / 2)"/>\
            <line class="axis" x1="0" x2="\(Self.width)" y1="\(Self.floor)" y2="\(Self.floor)"/>\
            <text class="scale" x="0" y="11">\(PageText().escapeText(top))</text>
            """
        for (index, bar) in bars.enumerated() {
            let height = bar.value / highest * Double(Self.floor - Self.ceiling)
            let left = Double(index) * step
            let shown = bar.value > 0 ? max(height, 2) : 0
            text += """
                <g><title>\(PageText().escapeText(bar.title))</title>\
                <rect class="hover" x="\(number(left))" y="\(Self.ceiling)" width="\(number(step))" \
                height="\(Self.floor - Self.ceiling)"/>\
                <rect class="bar" x="\(number(left + step * 0.15))" y="\(number(Double(Self.floor) - shown))" \
                width="\(number(step * 0.7))" height="\(number(shown))" rx="3"/>\
                <text class="label" x="\(number(index == bars.count - 1 ? Double(Self.width) : left + step / 2))" y="190">\(PageText().escapeText(bar.label))</text></g>
                """
        }
        return text + "</svg>"
    }

    /// With one decimal.
    private func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}

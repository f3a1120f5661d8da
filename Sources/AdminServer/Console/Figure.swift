// Numbers as people read them.

import LightMailDaemon

enum Figure {
    private static let units = ["B", "kB", "MB", "GB", "TB", "PB"]

    /// 1,234,567
    static func count(_ number: some BinaryInteger) -> String {
        let digits = String(number.magnitude)
        let grouped = digits.enumerated().reduce(into: "") { text, digit in
            if digit.offset > 0, (digits.count - digit.offset) % 3 == 0 { text += "," }
            text.append(digit.element)
        }
        return number < 0 ? "-" + grouped : grouped
    }

    /// 1 message, 2 messages
    static func count(_ number: some BinaryInteger, _ noun: String) -> String {
        "\(count(number)) \(noun)\(number == 1 ? "" : noun.hasSuffix("x") ? "es" : "s")"
    }

    /// 12.3 MB
    static func bytes(_ number: some BinaryInteger) -> String {
        var value = Double(number)
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        guard unit > 0 else { return "\(Int(value)) B" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// 3 days
    static func age(_ seconds: Int64) -> String {
        for (length, name) in [(Int64(86_400), "day"), (3_600, "hour"), (60, "minute")] where seconds >= length {
            let count = seconds / length
            return "\(count) \(name)\(count == 1 ? "" : "s")"
        }
        return "\(max(seconds, 0)) seconds"
    }

    /// 24 Nov 2026, 21:00
    static func time(_ seconds: Int64) -> String {
        let text = Timestamp(seconds).description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
    }

    /// How full something is, from 0 to 100; nil without a limit.
    static func percent(_ used: some BinaryInteger, of limit: UInt64?) -> Int? {
        guard let limit else { return nil }
        guard limit > 0 else { return 100 }
        return min(100, max(0, Int(Double(used) / Double(limit) * 100)))
    }
}

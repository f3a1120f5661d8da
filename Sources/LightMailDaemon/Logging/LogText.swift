/// Text that others had a hand in, made fit to stand in one line of a log.
package enum LogText {
    /// Control characters, line and paragraph separators, and marks that turn the direction of writing are written as
    /// \n, \r, \t or \u{HEX}, and a backslash as two, so that no value can pretend to be another line or another field.
    ///
    /// - Parameter limit: Scalars kept; what is cut is marked by "...".
    package static func escaped(_ text: String, limit: Int = 4096) -> String {
        guard text.utf8.count > limit || text.unicodeScalars.contains(where: needsEscape) else { return text }
        var result = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == limit { return result + "..." }
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where needsEscape(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x5C, 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029: true
        case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}

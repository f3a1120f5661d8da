// TEXT values and lists: what a backslash, a comma and a semicolon mean.

/// TEXT (RFC 5545 3.3.11).
package enum CalendarText {
    /// The text of an escaped value. A backslash before anything else stands for itself.
    package static func unescaped(_ value: some StringProtocol) -> String {
        guard value.utf8.contains(UInt8(ascii: "\\")) else { return String(value) }
        var text = ""
        var isEscaped = false
        for scalar in value.unicodeScalars {
            if isEscaped {
                switch scalar {
                case "n", "N": text.unicodeScalars.append("\n")
                case "\\", ";", ",": text.unicodeScalars.append(scalar)
                default:
                    text.unicodeScalars.append("\\")
                    text.unicodeScalars.append(scalar)
                }
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        if isEscaped { text.unicodeScalars.append("\\") }
        return text
    }

    /// A text as a value. CR LF, CR and LF become one `\n`; other controls but the tab are left out, as no line may hold
    /// them.
    package static func escaped(_ text: some StringProtocol) -> String {
        var value = ""
        var wasReturn = false
        for scalar in text.unicodeScalars {
            let follows = wasReturn
            wasReturn = scalar == "\r"
            switch scalar {
            case "\\", ";", ",":
                value += "\\"
                value.unicodeScalars.append(scalar)
            case "\r": value += "\\n"
            case "\n": if !follows { value += "\\n" }
            case "\t": value.unicodeScalars.append(scalar)
            default:
                if scalar.value >= 0x20, scalar.value != 0x7F { value.unicodeScalars.append(scalar) }
            }
        }
        return value
    }

    /// The values of a list, split at the commas that are not escaped; each is still escaped.
    package static func list(_ value: String) -> [String] {
        var values: [String] = []
        var current = ""
        var isEscaped = false
        for scalar in value.unicodeScalars {
            if scalar == ",", !isEscaped {
                values.append(current)
                current = ""
            } else {
                current.unicodeScalars.append(scalar)
            }
            isEscaped = scalar == "\\" && !isEscaped
        }
        return values + [current]
    }
}

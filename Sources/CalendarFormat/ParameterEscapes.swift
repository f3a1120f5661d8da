// What stands for a quote, a line break and a circumflex within a parameter's value.

/// RFC 6868's escapes: `^n` is a line break, `^^` a circumflex, `^'` a double quote.
enum ParameterEscapes {
    static func undone(_ value: Substring) -> String {
        guard value.utf8.contains(UInt8(ascii: "^")) else { return String(value) }
        var text = ""
        var isEscaped = false
        for scalar in value.unicodeScalars {
            if isEscaped {
                switch scalar {
                case "n": text += "\n"
                case "^": text += "^"
                case "'": text += "\""
                default:
                    text += "^"
                    text.unicodeScalars.append(scalar)
                }
                isEscaped = false
            } else if scalar == "^" {
                isEscaped = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return isEscaped ? text + "^" : text
    }

    /// The value escaped, and in quotes where one of `:;,` is in it. Controls that no line may hold are left out.
    static func written(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\n": text += "^n"
            case "^": text += "^^"
            case "\"": text += "^'"
            case "\t": text.unicodeScalars.append(scalar)
            default:
                if scalar.value >= 0x20, scalar.value != 0x7F { text.unicodeScalars.append(scalar) }
            }
        }
        return text.utf8.contains { $0 == 0x3A || $0 == 0x3B || $0 == 0x2C } ? "\"\(text)\"" : text
    }
}

// The words of an HTML document, as far as the preview of a message needs them.

/// Takes the markup off HTML. What is no HTML is text; nothing is refused, and the time is linear.
enum HTMLText {
    /// The text between the tags, with a space where a block begins or ends, and character references resolved.
    static func words(of html: String) -> String {
        var reader = Reader(Array(html.unicodeScalars))
        reader.run()
        return String(reader.words)
    }

    /// Elements whose content nobody reads.
    private static let hidden: Set<String> = ["head", "script", "style", "template", "title", "noscript"]
    /// Elements that stand within a word or a line.
    private static let inline: Set<String> = [
        "a", "abbr", "b", "big", "cite", "code", "em", "font", "i", "ins", "mark", "q", "s", "small", "span", "strong",
        "sub", "sup", "tt", "u", "wbr",
    ]

    private static let named: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "shy": "\u{AD}", "zwnj": "\u{200C}",
        "zwj": "\u{200D}", "copy": "©", "reg": "®", "trade": "™", "hellip": "…", "ndash": "–", "mdash": "—",
        "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "laquo": "«", "raquo": "»", "bull": "•", "middot": "·",
        "euro": "€", "pound": "£", "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü",
        "szlig": "ß", "eacute": "é", "egrave": "è", "agrave": "à", "ccedil": "ç", "ntilde": "ñ",
    ]

    private struct Reader {
        private let html: [Unicode.Scalar]
        private var position = 0
        /// Names of elements whose end was looked for and is not there.
        private var endless: Set<String> = []
        var words = String.UnicodeScalarView()

        init(_ html: [Unicode.Scalar]) {
            self.html = html
        }

        mutating func run() {
            while position < html.count {
                switch html[position] {
                case "<": readTag()
                case "&": readReference()
                default:
                    words.append(html[position])
                    position += 1
                }
            }
        }

        private mutating func readTag() {
            let start = position + 1
            if starts(with: "<!--", at: position) {
                position = place(of: "-->", from: start + 3).map { $0 + 3 } ?? html.count
                return
            }
            let isEnd = start < html.count && html[start] == "/"
            let name = word(from: isEnd ? start + 1 : start)
            let isDeclaration = start < html.count && (html[start] == "!" || html[start] == "?")
            guard !name.isEmpty || isDeclaration else {
                words.append("<")
                position = start
                return
            }
            skipTag(from: start)
            if !isEnd, HTMLText.hidden.contains(name), !endless.contains(name) {
                if let end = place(of: "</\(name)", from: position) {
                    skipTag(from: end)
                } else {
                    endless.insert(name)
                    if name == "script" || name == "style" { position = html.count }
                }
            }
            if !HTMLText.inline.contains(name) { words.append(" ") }
        }

        /// Goes behind the ">" that ends a tag; one within quotes does not.
        private mutating func skipTag(from start: Int) {
            var quote: Unicode.Scalar?
            position = start
            while position < html.count {
                let scalar = html[position]
                position += 1
                if let open = quote {
                    if scalar == open { quote = nil }
                } else if scalar == "\"" || scalar == "'" {
                    quote = scalar
                } else if scalar == ">" {
                    return
                }
            }
        }

        private mutating func readReference() {
            let start = position + 1
            position = start
            guard let end = html[start...].prefix(10).firstIndex(of: ";") else {
                words.append("&")
                return
            }
            guard let scalar = reference(String(String.UnicodeScalarView(html[start..<end]))) else {
                words.append("&")
                return
            }
            words.append(scalar)
            position = end + 1
        }

        private func reference(_ name: String) -> Unicode.Scalar? {
            guard name.hasPrefix("#") else { return HTMLText.named[name] }
            let digits = name.dropFirst()
            let value = digits.lowercased().hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return value.flatMap { Unicode.Scalar($0) }
        }

        /// The name of an element, in lower case; empty where none begins.
        private func word(from start: Int) -> String {
            guard start < html.count, html[start].isASCIILetter else { return "" }
            let name = html[start...].prefix(20).prefix { $0.isASCIILetter || ("0"..."9").contains($0) }
            return String(String.UnicodeScalarView(name)).lowercased()
        }

        private func starts(with text: String, at start: Int) -> Bool {
            let wanted = Array(text.unicodeScalars)
            guard start + wanted.count <= html.count else { return false }
            return zip(html[start...], wanted).allSatisfy { $0.lowercased == $1 }
        }

        private func place(of text: String, from start: Int) -> Int? {
            let wanted = Array(text.unicodeScalars)
            guard start <= html.count - wanted.count else { return nil }
            return (start...(html.count - wanted.count)).first { place in
                html[place] == wanted[0] && zip(html[place...], wanted).allSatisfy { $0.lowercased == $1 }
            }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isASCIILetter: Bool { ("a"..."z").contains(lowercased) }

    /// The scalar with A-Z made a-z.
    fileprivate var lowercased: Unicode.Scalar {
        ("A"..."Z").contains(self) ? Unicode.Scalar(UInt8(value) | 0x20) : self
    }
}

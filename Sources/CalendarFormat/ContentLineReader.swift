// Octets to content lines: unfolds, splits name, parameters and value, and refuses what is no UTF-8, no token or beyond a bound.

/// Reads content lines one by one. A line ends with CRLF; a bare LF is taken too, as many programs write it.
struct ContentLineReader {
    private let octets: ArraySlice<UInt8>
    private let limits: CalendarLimits
    private var position: Int
    /// The physical line at `position`, counted from 1.
    private(set) var line = 1
    private var count = 0

    /// - Throws: `CalendarError` when there are too many octets.
    init(_ octets: [UInt8], limits: CalendarLimits) throws(CalendarError) {
        guard octets.count <= limits.octets else { throw CalendarError(.tooMany("octets"), line: 1) }
        // A mark of byte order (RFC 5545 does not know one) is passed over.
        self.octets = octets.starts(with: [0xEF, 0xBB, 0xBF]) ? octets[3...] : octets[...]
        self.limits = limits
        position = self.octets.startIndex
    }

    /// The next content line; nil at the end. Empty lines are passed over.
    mutating func next() throws(CalendarError) -> ContentLine? {
        while position < octets.endIndex {
            let start = line
            let bytes = try unfolded(from: start)
            guard !bytes.isEmpty else { continue }
            count += 1
            guard count <= limits.lines else { throw CalendarError(.tooMany("lines"), line: start) }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CalendarError(.notUTF8, line: start)
            }
            var parser = ContentLineParser(text, line: start, limits: limits)
            return try parser.parse()
        }
        return nil
    }

    /// RFC 5545 3.1: a line break and the white space after it are taken out.
    private mutating func unfolded(from start: Int) throws(CalendarError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let end = octets[position...].firstIndex(of: 0x0A) ?? octets.endIndex
            var piece = octets[position..<end]
            if piece.last == 0x0D { piece = piece.dropLast() }
            guard bytes.count + piece.count <= limits.lineOctets else {
                throw CalendarError(.tooMany("octets in a line"), line: start)
            }
            bytes += piece
            position = end < octets.endIndex ? end + 1 : end
            line += 1
            guard position < octets.endIndex, octets[position] == 0x20 || octets[position] == 0x09 else { break }
            position += 1
        }
        // RFC 5545 3.1: no control characters but the tab.
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw CalendarError(.invalid("control character"), line: start)
        }
        return bytes
    }
}

/// Splits one unfolded line.
private struct ContentLineParser {
    private let text: String
    private var rest: Substring.UTF8View
    private let line: Int
    private let limits: CalendarLimits

    init(_ text: String, line: Int, limits: CalendarLimits) {
        self.text = text
        rest = Substring(text).utf8
        self.line = line
        self.limits = limits
    }

    mutating func parse() throws(CalendarError) -> ContentLine {
        let name = try token("the name of a property")
        var parameters: [CalendarParameter] = []
        while take(";") {
            guard parameters.count < limits.parameters else { throw CalendarError(.tooMany("parameters"), line: line) }
            parameters.append(try parameter())
        }
        guard take(":") else { throw CalendarError(.expected("':' after \(name)"), line: line) }
        return ContentLine(name, parameters, value: String(Substring(rest)), line: line)
    }

    private mutating func parameter() throws(CalendarError) -> CalendarParameter {
        let name = try token("the name of a parameter")
        guard take("=") else { throw CalendarError(.expected("'=' after the name of a parameter"), line: line) }
        var values: [String] = []
        repeat {
            guard values.count < limits.parameters else {
                throw CalendarError(.tooMany("values of a parameter"), line: line)
            }
            values.append(try parameterValue())
        } while take(",")
        return CalendarParameter(name, values)
    }

    ///     param-value   = paramtext / quoted-string
    private mutating func parameterValue() throws(CalendarError) -> String {
        if take("\"") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else {
                throw CalendarError(.expected("a closing quote"), line: line)
            }
            let value = Substring(rest[..<end])
            rest = rest[rest.index(after: end)...]
            return ParameterEscapes.undone(value)
        }
        let end = rest.firstIndex { Self.delimiters.contains($0) } ?? rest.endIndex
        let value = Substring(rest[..<end])
        rest = rest[end...]
        return ParameterEscapes.undone(value)
    }

    private static let delimiters: [UInt8] = Array("\";:,".utf8)

    ///     name = iana-token / x-name
    private mutating func token(_ what: String) throws(CalendarError) -> String {
        let end = rest.firstIndex { !Self.isTokenOctet($0) } ?? rest.endIndex
        guard end > rest.startIndex else { throw CalendarError(.expected(what), line: line) }
        defer { rest = rest[end...] }
        return String(Substring(rest[..<end]))
    }

    private static func isTokenOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }
}

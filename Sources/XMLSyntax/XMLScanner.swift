// Octets to tags and text, one after another; refuses what is not UTF-8, and characters that XML does not have.

/// Walks over a document. It keeps no state but where it is.
struct XMLScanner {
    /// A name as it is written.
    struct QualifiedName: Hashable {
        let prefix: String
        let local: String
    }

    let octets: [UInt8]
    private(set) var offset = 0
    private let limits: XMLLimits

    /// - Throws: `XMLError`
    init(_ octets: [UInt8], limits: XMLLimits) throws(XMLError) {
        guard octets.count <= limits.octets else { throw XMLError(.tooMany("octets"), at: limits.octets) }
        guard String(validating: octets, as: UTF8.self) != nil else { throw XMLError(.notUTF8, at: 0) }
        if let index = octets.firstIndex(where: { $0 < 0x20 && !Self.isSpace($0) }) {
            throw XMLError(.character, at: index)
        }
        self.octets = octets
        self.limits = limits
        if starts(with: "\u{FEFF}") { offset = 3 }
    }

    var isAtEnd: Bool { offset == octets.count }

    var next: UInt8? { offset < octets.count ? octets[offset] : nil }

    static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D }

    func fail(_ reason: XMLError.Reason) -> XMLError { XMLError(reason, at: offset) }

    func starts(with text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard octets.count - offset >= count else { return false }
        return text.withUTF8Buffer { buffer in octets[offset..<offset + count].elementsEqual(buffer) }
    }

    /// Passes over a text if it stands there.
    mutating func take(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        offset += text.utf8CodeUnitCount
        return true
    }

    mutating func require(_ text: StaticString) throws(XMLError) {
        guard take(text) else { throw fail(.expected("\(text)")) }
    }

    /// Passes over white space; whether there was any.
    @discardableResult
    mutating func skipSpace() -> Bool {
        let start = offset
        while let octet = next, Self.isSpace(octet) { offset += 1 }
        return offset > start
    }

    /// Passes over everything up to a text, and over the text.
    ///
    /// - Returns: what stood before it.
    mutating func takeUntil(_ end: StaticString) throws(XMLError) -> ArraySlice<UInt8> {
        let start = offset
        while !isAtEnd {
            if starts(with: end) {
                let found = octets[start..<offset]
                offset += end.utf8CodeUnitCount
                return found
            }
            offset += 1
        }
        throw fail(.expected("\(end)"))
    }

    ///     QName = [prefix ":"] local
    ///
    /// What names may hold beyond ASCII is that of the fifth edition of XML 1.0.
    mutating func name() throws(XMLError) -> QualifiedName {
        let start = offset
        let first = try part()
        guard take(":") else { return QualifiedName(prefix: "", local: first) }
        let second = try part()
        guard next != UInt8(ascii: ":") else { throw fail(.expected("a name")) }
        guard offset - start <= limits.nameOctets else { throw fail(.tooMany("octets of a name")) }
        return QualifiedName(prefix: first, local: second)
    }

    private mutating func part() throws(XMLError) -> String {
        let start = offset
        while let octet = next, Self.isNameOctet(octet, isFirst: offset == start) { offset += 1 }
        guard offset > start else { throw fail(.expected("a name")) }
        guard offset - start <= limits.nameOctets else { throw fail(.tooMany("octets of a name")) }
        let name = String(decoding: octets[start..<offset], as: UTF8.self)
        // Of ASCII the octets have said it all.
        if octets[start..<offset].allSatisfy({ $0 < 0x80 }) { return name }
        guard let first = name.unicodeScalars.first, first.beginsName,
            name.unicodeScalars.allSatisfy({ $0.beginsName || $0.continuesName })
        else { throw XMLError(.expected("a name"), at: start) }
        return name
    }

    private static func isNameOctet(_ octet: UInt8, isFirst: Bool) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
            true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."): !isFirst
        default: false
        }
    }

    ///     AttValue = '"' *([^<&"] / Reference) '"' / "'" *([^<&'] / Reference) "'"
    mutating func attributeValue() throws(XMLError) -> String {
        guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw fail(.expected("a quote"))
        }
        offset += 1
        var value: [UInt8] = []
        while let octet = next, octet != quote {
            switch octet {
            case UInt8(ascii: "<"): throw fail(.expected("the end of a value"))
            case UInt8(ascii: "&"): value += Array(try reference().utf8)
            default:
                // XML 1.0 3.3.3
                value.append(Self.isSpace(octet) ? 0x20 : octet)
                offset += 1
            }
        }
        guard !isAtEnd else { throw fail(.expected("the end of a value")) }
        offset += 1
        return String(decoding: value, as: UTF8.self)
    }

    /// Character data up to the next tag, with its references resolved and its line ends made one (XML 1.0 2.11).
    mutating func text() throws(XMLError) -> String {
        var value: [UInt8] = []
        while let octet = next, octet != UInt8(ascii: "<") {
            if octet == UInt8(ascii: "&") {
                value += Array(try reference().utf8)
            } else {
                guard !starts(with: "]]>") else { throw fail(.expected("no end of CDATA")) }
                offset += 1
                if octet != 0x0D { value.append(octet) } else if next != 0x0A { value.append(0x0A) }
            }
        }
        return String(decoding: value, as: UTF8.self)
    }

    ///     Reference = "&" Name ";" / "&#" 1*DIGIT ";" / "&#x" 1*HEXDIG ";"
    private mutating func reference() throws(XMLError) -> String {
        let start = offset
        offset += 1
        while let octet = next, octet != UInt8(ascii: ";"), offset - start < 12 { offset += 1 }
        guard next == UInt8(ascii: ";") else { throw XMLError(.entity, at: start) }
        let name = octets[start + 1..<offset]
        offset += 1
        guard name.first == UInt8(ascii: "#") else {
            guard let text = Self.entities[String(decoding: name, as: UTF8.self)] else {
                throw XMLError(.entity, at: start)
            }
            return text
        }
        let isHexadecimal = name.dropFirst().first == UInt8(ascii: "x")
        let digits = String(decoding: name.dropFirst(isHexadecimal ? 2 : 1), as: UTF8.self)
        guard digits.first?.isHexDigit == true, let code = UInt32(digits, radix: isHexadecimal ? 16 : 10),
            let scalar = Unicode.Scalar(code), scalar.isAllowedInXML
        else { throw XMLError(.character, at: start) }
        return String(Character(scalar))
    }

    private static let entities = ["lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'"]
}

extension Unicode.Scalar {
    /// XML 1.0 2.2: Char.
    package var isAllowedInXML: Bool {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}

extension Unicode.Scalar {
    /// XML 1.0 2.3: NameStartChar, without the colon.
    fileprivate var beginsName: Bool {
        switch value {
        case 0x41...0x5A, 0x5F, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF,
            0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD,
            0x10000...0xEFFFF:
            true
        default: false
        }
    }

    /// XML 1.0 2.3: what NameChar has beyond.
    fileprivate var continuesName: Bool {
        switch value {
        case 0x2D, 0x2E, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
        default: false
        }
    }
}

// A place in the bytes of a command, and the smallest steps of reading: bytes, words, numbers.

/// Reads a command from left to right. Every step either moves on or throws with the offset where it stood.
struct Cursor {
    let bytes: [UInt8]
    let options: ParserOptions
    private(set) var position = 0

    init(_ bytes: [UInt8], options: ParserOptions) {
        self.bytes = bytes
        self.options = options
    }

    /// The next byte; nil at the end.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    func error(_ reason: SyntaxError.Reason) -> SyntaxError {
        SyntaxError(reason, offset: position)
    }

    mutating func advance(_ count: Int = 1) {
        position = min(position + count, bytes.count)
    }

    /// Goes back to a place read before, for the few productions that need a look ahead.
    mutating func rewind(to earlier: Int) {
        position = min(earlier, position)
    }

    /// Takes `byte` if it is next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// Takes `text` if it is next, letters in any case. `text` is upper case.
    mutating func take(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard bytes.count - position >= length else { return false }
        for index in 0..<length where ByteClass.upper(bytes[position + index]) != text.utf8Start[index] { return false }
        position += length
        return true
    }

    mutating func expect(_ byte: UInt8, _ what: @autoclosure () -> String) throws(SyntaxError) {
        guard take(byte) else { throw error(.expected(what())) }
    }

    mutating func space() throws(SyntaxError) {
        try expect(UInt8(ascii: " "), "a space")
    }

    mutating func open() throws(SyntaxError) {
        try expect(UInt8(ascii: "("), "(")
    }

    mutating func close() throws(SyntaxError) {
        try expect(UInt8(ascii: ")"), ")")
    }

    /// The end of the command: CRLF, LF or the end of the bytes.
    mutating func end() throws(SyntaxError) {
        let start = position
        _ = take(UInt8(ascii: "\r"))
        _ = take(UInt8(ascii: "\n"))
        guard position == bytes.count else {
            position = start
            throw error(.expected("the end of the command"))
        }
    }

    /// The longest run of bytes of a class; may be empty.
    mutating func run(while belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count, belongs(bytes[position]) { position += 1 }
        return bytes[start..<position]
    }

    /// An atom in upper case.
    ///
    ///     atom = 1*ATOM-CHAR
    mutating func keyword(_ what: @autoclosure () -> String) throws(SyntaxError) -> String {
        let word = run(while: ByteClass.isAtomCharacter)
        guard !word.isEmpty else { throw error(.expected(what())) }
        return String(decoding: word.lazy.map(ByteClass.upper), as: UTF8.self)
    }

    // MARK: Numbers

    /// The largest number64 (RFC 9051 9): an unsigned 63-bit integer.
    static let maximumNumber64 = UInt64(Int64.max)

    ///     number64 = 1*DIGIT
    mutating func number64(atMost limit: UInt64 = Cursor.maximumNumber64) throws(SyntaxError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        while let digit = next, ByteClass.isDigit(digit) {
            // 2^63 * 10 does not fit, so the check comes first.
            guard value <= limit / 10 else { throw SyntaxError(.numberOutOfRange, offset: start) }
            value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
            guard value <= limit else { throw SyntaxError(.numberOutOfRange, offset: start) }
            position += 1
        }
        guard position > start else { throw error(.expected("a number")) }
        return value
    }

    ///     nz-number64 = digit-nz *DIGIT
    mutating func nonZeroNumber64() throws(SyntaxError) -> UInt64 {
        guard next != UInt8(ascii: "0") else { throw error(.numberOutOfRange) }
        return try number64()
    }

    ///     nz-number = digit-nz *DIGIT
    mutating func nonZeroNumber() throws(SyntaxError) -> UInt32 {
        guard next != UInt8(ascii: "0") else { throw error(.numberOutOfRange) }
        return UInt32(truncatingIfNeeded: try number64(atMost: UInt64(UInt32.max)))
    }

    // MARK: Lists

    /// `first`, and further elements after single spaces, as long as a space follows and `maximumListElements` allows.
    mutating func list<Element>(
        _ what: @autoclosure () -> String, _ element: (inout Cursor) throws(SyntaxError) -> Element
    ) throws(SyntaxError) -> [Element] {
        var elements = [try element(&self)]
        while take(UInt8(ascii: " ")) {
            guard elements.count < options.maximumListElements else { throw error(.tooMany(what())) }
            elements.append(try element(&self))
        }
        return elements
    }

    /// A list in parentheses. Empty only if `mayBeEmpty`.
    mutating func parenthesised<Element>(
        _ what: @autoclosure () -> String, mayBeEmpty: Bool = false,
        _ element: (inout Cursor) throws(SyntaxError) -> Element
    ) throws(SyntaxError) -> [Element] {
        try open()
        if mayBeEmpty, take(UInt8(ascii: ")")) { return [] }
        let elements = try list(what(), element)
        try close()
        return elements
    }
}

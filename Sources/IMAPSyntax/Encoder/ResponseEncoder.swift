// The one way out: every byte that a server says in IMAP is written here, into a buffer of its own.

/// Writes responses.
///
/// What a client or a mail brought in can be part of a response only as string, literal or cleaned text, so none of it
/// can end a line and begin a response of its own.
package struct ResponseEncoder: Sendable {
    /// Whether strings may be UTF-8 in quotes and mailbox names go out as UTF-8 (after ENABLE UTF8=ACCEPT, RFC 6855, or
    /// IMAP4rev2). Without it 8-bit strings are literals and mailbox names are modified UTF-7.
    package var usesUTF8: Bool

    /// What has been written since the start or the last `takeBytes()`.
    package private(set) var bytes: [UInt8] = []

    /// Whether the next item of a list in the making stands behind another.
    var needsSpace = false

    /// - Parameter capacity: bytes to make room for at once.
    package init(usesUTF8: Bool = false, capacity: Int = 0) {
        self.usesUTF8 = usesUTF8
        bytes.reserveCapacity(capacity)
    }

    /// Hands over what was written and begins anew.
    package mutating func takeBytes() -> [UInt8] {
        let taken = bytes
        bytes = []
        return taken
    }

    /// Appends bytes that are right as they are: the content of a literal announced before, or an ENVELOPE encoded
    /// earlier.
    package mutating func appendVerbatim(_ encoded: some Collection<UInt8>) {
        bytes.append(contentsOf: encoded)
    }

    // MARK: Primitives

    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ buffer: UnsafeBufferPointer<UInt8>) {
        bytes.append(contentsOf: buffer)
    }

    mutating func appendSpace() {
        bytes.append(UInt8(ascii: " "))
    }

    mutating func appendLineEnd() {
        append("\r\n")
    }

    /// A number in decimal.
    mutating func append(number: UInt64) {
        if number < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number))
            return
        }
        let start = bytes.count
        var rest = number
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }

    mutating func append(number: UInt32) {
        append(number: UInt64(number))
    }

    /// A number below 100 in two digits.
    mutating func append(twoDigits number: Int) {
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10 % 10))
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }

    /// A word of the server's own, such as a tag or a capability; whatever is no ASTRING-CHAR is left out.
    mutating func append(word: String) {
        for byte in word.utf8 where ByteClass.isAStringCharacter(byte) { bytes.append(byte) }
    }

    /// `elements` in parentheses with single spaces between.
    mutating func appendList<Elements: Sequence>(
        _ elements: Elements, _ appendElement: (inout ResponseEncoder, Elements.Element) -> Void
    ) {
        append(UInt8(ascii: "("))
        appendSeparated(elements, appendElement)
        append(UInt8(ascii: ")"))
    }

    /// `elements` with single spaces between.
    mutating func appendSeparated<Elements: Sequence>(
        _ elements: Elements, _ appendElement: (inout ResponseEncoder, Elements.Element) -> Void
    ) {
        var isFirst = true
        for element in elements {
            if !isFirst { appendSpace() }
            isFirst = false
            appendElement(&self, element)
        }
    }
}

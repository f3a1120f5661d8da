// Reads the compact form in which envelopes and body structures are stored; refuses what no encoder writes.

/// Reads what ``StoredFormatWriter`` wrote. Hostile bytes give an error, never a trap, and never more memory than a small
/// multiple of their number.
///
/// The reader looks at memory it does not own, for speed. Proof that this is safe: it lives only inside the closure of
/// ``read(_:_:)``, which owns the bytes, and every access is preceded by a check against `bytes.count`.
struct StoredFormatReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int

    /// Reads from `offset` to the end of `bytes`.
    private init(bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    /// Reads all of the bytes as one value.
    static func read<Value>(
        _ bytes: RawSpan, _ body: (inout Self) throws(StoredFormatError) -> Value
    ) throws(StoredFormatError) -> Value {
        try bytes.withUnsafeBytes { (pointer) throws(StoredFormatError) -> Value in
            var reader = Self(bytes: pointer)
            let value = try body(&reader)
            guard reader.offset == pointer.count else { throw .trailingBytes(offset: reader.offset) }
            return value
        }
    }

    /// Reads the bytes in a range as one value; offsets are those of all the bytes.
    ///
    /// - Parameter range: within the bytes.
    static func read<Value>(
        _ bytes: RawSpan, in range: Range<Int>, _ body: (inout Self) throws(StoredFormatError) -> Value
    ) throws(StoredFormatError) -> Value {
        try bytes.withUnsafeBytes { (pointer) throws(StoredFormatError) -> Value in
            precondition(range.lowerBound >= 0 && range.upperBound <= pointer.count)
            var reader = Self(
                bytes: UnsafeRawBufferPointer(rebasing: pointer[..<range.upperBound]), at: range.lowerBound)
            let value = try body(&reader)
            guard reader.offset == range.upperBound else { throw .trailingBytes(offset: reader.offset) }
            return value
        }
    }

    mutating func readByte() throws(StoredFormatError) -> UInt8 {
        guard offset < bytes.count else { throw .truncated(offset: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    @inline(__always) mutating func readNumber() throws(StoredFormatError) -> UInt64 {
        let first = try readByte()
        if first < 0x80 { return UInt64(first) }
        return try readLongNumber(first)
    }

    private mutating func readLongNumber(_ first: UInt8) throws(StoredFormatError) -> UInt64 {
        var number = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            let byte = try readByte()
            let bits = UInt64(byte & 0x7F)
            guard shift < 64, (bits << shift) >> shift == bits else { throw .invalid(offset: offset) }
            number |= bits << shift
            if byte < 0x80 { return number }
            shift += 7
        }
    }

    /// Reads the count of a list whose elements take at least one byte each, so that a count beyond the bytes is refused
    /// before anything is allocated.
    mutating func readCount() throws(StoredFormatError) -> Int {
        let count = try readNumber()
        guard count <= UInt64(bytes.count - offset) else { throw .truncated(offset: offset) }
        return Int(count)
    }

    mutating func readString() throws(StoredFormatError) -> [UInt8]? {
        let number = try readNumber()
        guard number > 0 else { return nil }
        return Array(try take(number - 1))
    }

    /// Passes a string over, and says where it is.
    mutating func skipString() throws(StoredFormatError) -> Range<Int>? {
        let number = try readNumber()
        guard number > 0 else { return nil }
        guard number - 1 <= UInt64(bytes.count - offset) else { throw .truncated(offset: offset) }
        let start = offset
        offset += Int(number - 1)
        return start..<offset
    }

    /// Reads a string that may not be nil.
    mutating func readRequiredString() throws(StoredFormatError) -> [UInt8] {
        guard let string = try readString() else { throw .invalid(offset: offset) }
        return string
    }

    mutating func readToken() throws(StoredFormatError) -> String {
        let number = try readNumber()
        if number & 1 == 0 { return String(decoding: try take(number >> 1), as: UTF8.self) }
        guard number >> 1 < UInt64(StoredFormatTokens.words.count) else { throw .invalid(offset: offset) }
        return StoredFormatTokens.words[Int(number >> 1)]
    }

    /// Reads a list: its count, then each element.
    mutating func readList<Element>(
        _ read: (inout Self) throws(StoredFormatError) -> Element
    ) throws(StoredFormatError) -> [Element] {
        let count = try readCount()
        guard count > 0 else { return [] }
        var list: [Element] = []
        // An element may be far larger than the byte that claims it: what is reserved grows with what is there.
        list.reserveCapacity(min(count, 16))
        for _ in 0..<count { list.append(try read(&self)) }
        return list
    }

    private mutating func take(_ length: UInt64) throws(StoredFormatError) -> Slice<UnsafeRawBufferPointer> {
        guard length <= UInt64(bytes.count - offset) else { throw .truncated(offset: offset) }
        let end = offset + Int(length)
        defer { offset = end }
        return bytes[offset..<end]
    }
}

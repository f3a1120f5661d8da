// The collation i;unicode-casemap: how texts of any script compare in SEARCH, SORT and THREAD.

/// The collation of RFC 5051: each code point in title case, then decomposed; the UTF-8 of that compares byte by byte.
enum UnicodeCasemap {
    /// Appends what the collation makes of valid UTF-8. Bytes that are not valid UTF-8 stay as they are.
    static func append(_ text: UnsafeBufferPointer<UInt8>, to folded: inout [UInt8]) {
        folded.reserveCapacity(folded.count + text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                var end = index + 1
                while end < text.count, text[end] < 0x80 { end += 1 }
                append(ascii: UnsafeBufferPointer(rebasing: text[index..<end]), to: &folded)
                index = end
                continue
            }
            let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            let end = min(index + length, text.count)
            append(scalar: UnsafeBufferPointer(rebasing: text[index..<end]), to: &folded)
            index = end
        }
    }

    /// Appends what the collation makes of ASCII: letters in one case.
    static func append(ascii text: UnsafeBufferPointer<UInt8>, to folded: inout [UInt8]) {
        let start = folded.count
        folded.append(contentsOf: text)
        folded.withUnsafeMutableBufferPointer { folded in
            for index in start..<folded.count {
                let byte = folded[index]
                folded[index] = byte &- (byte &- UInt8(ascii: "a") < 26 ? 0x20 : 0)
            }
        }
    }

    private static func append(scalar bytes: UnsafeBufferPointer<UInt8>, to folded: inout [UInt8]) {
        var value = UInt32(bytes[0]) & (0xFF >> UInt32(bytes.count + 1))
        for byte in bytes.dropFirst() { value = value << 6 | UInt32(byte & 0x3F) }
        if hangul.contains(value) {
            appendHangul(value - hangul.lowerBound, to: &folded)
        } else if let place = map.place(of: value) {
            folded.append(contentsOf: map.pool[place])
        } else {
            folded.append(contentsOf: bytes)
        }
    }

    // MARK: Hangul (The Unicode Standard, 3.12)

    private static let hangul: ClosedRange<UInt32> = 0xAC00...0xD7A3

    private static func appendHangul(_ index: UInt32, to folded: inout [UInt8]) {
        append(0x1100 + index / 588, to: &folded)
        append(0x1161 + index % 588 / 28, to: &folded)
        if index % 28 > 0 { append(0x11A7 + index % 28, to: &folded) }
    }

    fileprivate static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        if let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) { bytes.append(contentsOf: encoded) }
    }

    private static let map = CasemapMap(table)
}

/// The table, unpacked: pages of 128 code points, each with its place in a pool of UTF-8.
private struct CasemapMap: Sendable {
    private static let pageSize: UInt32 = 128
    /// The page of each block of code points; page 0 has no entries.
    private var pages: [UInt16]
    /// Offset into the pool times 256, plus the length; 0 for a code point that stays as it is.
    private var places: [UInt32]
    private(set) var pool: [UInt8] = []

    init(_ table: StaticString) {
        pages = Array(repeating: 0, count: 0x110000 / Int(Self.pageSize))
        places = Array(repeating: 0, count: Int(Self.pageSize))
        var reader = CasemapReader(table)
        var point: UInt32 = 0
        var first: Int = 0
        while let distance = reader.number() {
            guard let count = reader.number(), let zigzag = reader.number() else { break }
            point += distance
            first += zigzag & 1 == 0 ? Int(zigzag / 2) : -Int(zigzag / 2) - 1
            let start = pool.count
            UnicodeCasemap.append(UInt32(truncatingIfNeeded: first), to: &pool)
            for _ in 1..<max(count, 1) { UnicodeCasemap.append(reader.number() ?? 0, to: &pool) }
            set(point, UInt32(start) << 8 | UInt32(pool.count - start))
        }
    }

    private mutating func set(_ point: UInt32, _ place: UInt32) {
        let block = Int(point / Self.pageSize)
        if pages[block] == 0 {
            pages[block] = UInt16(places.count / Int(Self.pageSize))
            places += Array(repeating: 0, count: Int(Self.pageSize))
        }
        places[Int(pages[block]) * Int(Self.pageSize) + Int(point % Self.pageSize)] = place
    }

    /// Where in the pool stands what becomes of a code point; nil when it stays as it is.
    func place(of point: UInt32) -> Range<Int>? {
        let block = Int(point / Self.pageSize)
        guard block < pages.count else { return nil }
        let place = places[Int(pages[block]) * Int(Self.pageSize) + Int(point % Self.pageSize)]
        return place == 0 ? nil : Int(place >> 8)..<Int(place >> 8 + place & 0xFF)
    }
}

/// Reads the numbers of the table.
private struct CasemapReader {
    private let text: StaticString
    private var index = 0

    init(_ text: StaticString) { self.text = text }

    /// The next number; nil at the end.
    mutating func number() -> UInt32? {
        guard index < text.utf8CodeUnitCount else { return nil }
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while index < text.utf8CodeUnitCount {
            let digit = Self.value(text.utf8Start[index])
            index += 1
            value |= (digit & 31) << shift
            shift += 5
            if digit < 32 { break }
        }
        return value
    }

    private static func value(_ character: UInt8) -> UInt32 {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"): 62
        default: 63
        }
    }
}

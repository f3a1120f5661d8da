// Texts as SEARCH, SORT and THREAD compare them.

import Glibc

/// A text as i;unicode-casemap (RFC 5051) compares it: equality, order and substring are those of the bytes.
package struct CasemappedText: Hashable, Sendable, Comparable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package init(_ text: String) { append(text) }

    /// A header value, its encoded words (RFC 2047) decoded first.
    package init(header value: [UInt8]) { value.withUnsafeBufferPointer { append(header: $0) } }

    /// A header value, its encoded words (RFC 2047) decoded first.
    package init(header value: ArraySlice<UInt8>) { value.withUnsafeBufferPointer { append(header: $0) } }

    package var isEmpty: Bool { bytes.isEmpty }

    /// Continues the text.
    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { UnicodeCasemap.append($0, to: &bytes) }
    }

    /// Continues the text by a header value, its encoded words (RFC 2047) decoded first.
    package mutating func append(header value: UnsafeBufferPointer<UInt8>) {
        if EncodedWord.isPlain(value) {
            UnicodeCasemap.append(value, to: &bytes)
        } else {
            append(EncodedWord.decode(Array(value)))
        }
    }

    /// Continues the text by ASCII.
    package mutating func append(ascii text: StaticString) {
        text.withUTF8Buffer { UnicodeCasemap.append($0, to: &bytes) }
    }

    /// Continues the text by bytes if all of them are ASCII; false, with nothing done, if not.
    package mutating func append(ifASCII text: [UInt8]) -> Bool {
        text.withUnsafeBufferPointer { text in
            guard text.reduce(0, |) < 0x80 else { return false }
            UnicodeCasemap.append(ascii: text, to: &bytes)
            return true
        }
    }

    /// Continues the text by bytes in a character set that nobody knows: letters of ASCII in one case, the rest as it is.
    package mutating func append(unknown raw: [UInt8]) {
        bytes.reserveCapacity(bytes.count + raw.count)
        for byte in raw { bytes.append(byte.isLetter ? byte & 0xDF : byte) }
    }

    /// Forgets all but the last `count` bytes.
    package mutating func keepSuffix(_ count: Int) {
        guard bytes.count > count else { return }
        bytes.removeFirst(bytes.count - count)
    }

    /// Forgets what lies beyond the first `count` bytes.
    package mutating func keepPrefix(_ count: Int) {
        guard bytes.count > count else { return }
        bytes = Array(bytes[..<count])
    }

    /// Whether `text` is part of it, in time linear in both. The empty text is part of every text.
    package func contains(_ text: CasemappedText) -> Bool {
        if text.bytes.isEmpty { return true }
        guard bytes.count >= text.bytes.count else { return false }
        return bytes.withUnsafeBufferPointer { haystack in
            text.bytes.withUnsafeBufferPointer { needle in
                needle.count <= Self.short ? haystack.contains(short: needle) : haystack.contains(long: needle)
            }
        }
    }

    /// Up to here trying every place is faster than being clever, and the cost is bounded all the same.
    private static let short = 32

    package static func < (left: Self, right: Self) -> Bool {
        let shared = min(left.bytes.count, right.bytes.count)
        let order = left.bytes.withUnsafeBytes { left in
            right.bytes.withUnsafeBytes { right in
                guard let left = left.baseAddress, let right = right.baseAddress else { return Int32(0) }
                return memcmp(left, right, shared)
            }
        }
        return order == 0 ? left.bytes.count < right.bytes.count : order < 0
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Tries every place where the first byte stands.
    fileprivate func contains(short needle: Self) -> Bool {
        guard var place = baseAddress, let wanted = needle.baseAddress else { return false }
        let end = place + count
        while end - place >= needle.count {
            guard let found = memchr(place, Int32(wanted[0]), end - place - needle.count + 1) else { return false }
            if memcmp(found, wanted, needle.count) == 0 { return true }
            place = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) + 1
        }
        return false
    }

    /// Looks at every byte once: after a mismatch it goes on with the longest beginning of the needle that just ended.
    fileprivate func contains(long needle: Self) -> Bool {
        var borders = [0]
        borders.reserveCapacity(needle.count)
        var border = 0
        for index in 1..<needle.count {
            while border > 0, needle[index] != needle[border] { border = borders[border - 1] }
            if needle[index] == needle[border] { border += 1 }
            borders.append(border)
        }
        var matched = 0
        for byte in self {
            while matched > 0, byte != needle[matched] { matched = borders[matched - 1] }
            if byte == needle[matched] { matched += 1 }
            if matched == needle.count { return true }
        }
        return false
    }
}

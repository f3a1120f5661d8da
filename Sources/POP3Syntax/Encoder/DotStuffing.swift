// A message as the body of a multi-line reply.

import Glibc

/// Dot-stuffs a message and ends it (RFC 1939 3), fed in pieces of any size.
///
/// Every byte of the message is kept as it is. A dot that begins a line gets another before it. A line begins after LF,
/// with CR before it or without: most clients read up to LF, and a message in which a bare LF, a dot and CRLF follow each
/// other must not end there for them, or what comes behind would pass for our replies. A message whose last line has no
/// CRLF gets one, for the dot that ends it stands on a line of its own.
package struct DotStuffing: Sendable {
    /// The last two bytes of the message so far; nil before its first.
    private var last: (UInt8, UInt8)?
    private var isAtLineStart = true

    private static let dot = UInt8(ascii: ".")

    package init() {}

    /// Appends the next piece of the message.
    package mutating func append(_ piece: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        guard let final = piece.last else { return }
        bytes.reserveCapacity(bytes.count + piece.count + 64)
        piece.withUnsafeBufferPointer { octets in
            if isAtLineStart, octets[0] == Self.dot { bytes.append(Self.dot) }
            var copied = 0
            var position = 0
            while let lineStart = Self.indexAfterLineFeed(in: octets, from: position) {
                position = lineStart
                guard position < octets.count, octets[position] == Self.dot else { continue }
                bytes.append(contentsOf: octets[copied..<position])
                bytes.append(Self.dot)
                copied = position
            }
            bytes.append(contentsOf: octets[copied...])
        }
        isAtLineStart = final == 0x0A
        let beforeFinal = piece.count > 1 ? piece[piece.endIndex - 2] : last?.1 ?? 0
        last = (beforeFinal, final)
    }

    /// Appends what ends the message.
    package mutating func finish(into bytes: inout [UInt8]) {
        if let last, last != (0x0D, 0x0A) { bytes.append(contentsOf: [0x0D, 0x0A]) }
        bytes.append(contentsOf: Listing.end)
        self = DotStuffing()
    }

    private static func indexAfterLineFeed(in octets: UnsafeBufferPointer<UInt8>, from position: Int) -> Int? {
        guard let base = octets.baseAddress, let found = memchr(base + position, 0x0A, octets.count - position) else {
            return nil
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
    }
}

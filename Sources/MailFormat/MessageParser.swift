// Cuts a stream of bytes into lines and tells boundary lines from content; keeps no more of a line than decides that.

import Glibc

/// A streaming parser of mail: RFC 5322 messages with MIME bodies (RFC 2045, 2046) and UTF-8 headers (RFC 6532).
///
/// Bytes are fed in chunks of any size, with the same result. Every string of bytes is a message; nothing is refused.
/// Memory is bounded by ``MessageLimits``, whatever the size: bodies are counted, not kept.
///
/// A line ends with LF, whether a CR stands before it or not. A CR alone is a byte like any other and ends no line:
/// other mail software reads it so, and what they take for one line must not be two here.
package struct MessageParser: Sendable {
    private enum Place {
        case lineStart
        /// In a line that may turn out to be a boundary; ``candidate`` has its bytes.
        case candidate
        /// In a line that is content.
        case line
        /// In a line that is a boundary.
        case boundary(BoundaryMatch)
    }

    private var tree: EntityTree
    private var place = Place.lineStart
    private var candidate: [UInt8] = []

    package init(limits: MessageLimits = .default) {
        tree = EntityTree(limits: limits)
    }

    /// The bytes fed so far.
    package var size: UInt64 { tree.offset + UInt64(candidate.count) }

    /// Reads the next bytes of the message.
    package mutating func feed(_ bytes: RawSpan) {
        var position = 0
        while position < bytes.byteCount {
            if case .lineStart = place {
                let mayBeBoundary = tree.delimiterLength > 0 && bytes.byte(at: position) == ASCII.hyphen
                place = mayBeBoundary ? .candidate : .line
            }
            if case .candidate = place {
                position = readCandidate(bytes, at: position)
            } else {
                position = readLine(bytes, at: position)
            }
        }
    }

    /// Ends the message and describes it.
    package mutating func finish() -> ParsedMessage {
        if case .candidate = place { decideCandidate(endsLine: false) }
        if case .boundary(let match) = place { tree.endBoundaryLine(match: match) }
        return tree.finish()
    }

    /// Reads on in a line whose meaning is known; returns the position behind what was read.
    private mutating func readLine(_ bytes: RawSpan, at position: Int) -> Int {
        let lineFeed = bytes.extracting(position..<bytes.byteCount).firstLineFeed
        let endsLine = lineFeed != nil
        let end = lineFeed.map { position + $0 + 1 } ?? bytes.byteCount
        let piece = bytes.extracting(position..<end)
        if case .boundary(let match) = place {
            tree.consumeBoundary(piece, endsLine: endsLine)
            if endsLine { tree.endBoundaryLine(match: match) }
        } else {
            tree.consume(piece, endsLine: endsLine)
        }
        if endsLine { place = .lineStart }
        return end
    }

    /// Gathers the bytes that decide what a line is; returns the position behind what was read.
    private mutating func readCandidate(_ bytes: RawSpan, at start: Int) -> Int {
        var position = start
        while position < bytes.byteCount {
            let byte = bytes.byte(at: position)
            position += 1
            candidate.append(byte)
            let isDecided = candidate.count == 2 ? byte != ASCII.hyphen : candidate.count >= tree.delimiterLength
            if byte == ASCII.lineFeed || isDecided {
                decideCandidate(endsLine: byte == ASCII.lineFeed)
                break
            }
        }
        return position
    }

    private mutating func decideCandidate(endsLine: Bool) {
        let line = candidate
        candidate.removeAll(keepingCapacity: true)
        if let found = tree.match(endsLine ? line.dropLast() : line[...]) {
            tree.beginBoundaryLine(depth: found.depth, match: found.match)
            tree.consumeBoundary(line.span.bytes, endsLine: endsLine)
            if endsLine { tree.endBoundaryLine(match: found.match) }
            place = endsLine ? .lineStart : .boundary(found.match)
        } else {
            tree.consume(line.span.bytes, endsLine: endsLine)
            place = endsLine ? .lineStart : .line
        }
    }
}

extension RawSpan {
    /// The offset of the first LF.
    fileprivate var firstLineFeed: Int? {
        withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base, Int32(ASCII.lineFeed), bytes.count) else {
                return nil
            }
            return UnsafeRawPointer(found) - base
        }
    }
}

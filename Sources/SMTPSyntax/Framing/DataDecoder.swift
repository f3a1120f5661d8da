// The message after DATA: finds its end, undoes the dot-stuffing, and keeps every other byte.

import Glibc

/// Decodes the text after a DATA command (RFC 5321 sections 4.1.1.4 and 4.5.2), fed in pieces of any size.
///
/// The end is CRLF.CRLF and nothing else. A line begins only after CRLF (or at the very start), so a dot after a bare
/// LF or a bare CR is content, and a dot line that LF or CR alone would end does not end the message: two servers
/// never disagree with each other about where a message ends because of what this one passes on.
///
/// Nothing is copied: content comes as ranges of the caller's bytes. The CRLF before the final dot belongs to the
/// message (RFC 5321 section 4.1.1.4), so nothing needs to be held back either, with one exception: ".CR" at the end
/// of a piece may be the end or may be content, and if it was content, that CR is told by an event of its own.
package struct DataDecoder: Sendable {
    package enum Event: Equatable, Sendable {
        /// These bytes of the piece are message.
        case content(Range<Int>)
        /// A CR that came in an earlier piece is message.
        case carriageReturn
        /// The message has ended; what follows in the piece is the next command.
        case end
    }

    private enum State {
        /// At the first byte of a line.
        case lineStart
        /// Inside a line.
        case line
        /// After a CR inside a line.
        case carriageReturn
        /// After a dot that began a line; the dot is not content.
        case dot
        /// After a dot that began a line and a CR that is not yet known to be content.
        case dotCarriageReturn
        case ended
    }

    private var state = State.lineStart

    package init() {}

    /// True after ``Event/end``.
    package var hasEnded: Bool { state == .ended }

    /// The next event in the piece from `position` on, which moves past what the event covers; nil when the piece
    /// holds nothing more to tell.
    package mutating func next(in piece: Span<UInt8>, at position: inout Int) -> Event? {
        var start = position
        while position < piece.count {
            switch state {
            case .line:
                position = DataDecoder.indexAfterCarriageReturn(in: piece, from: position) ?? piece.count
                if piece[position - 1] == 0x0D { state = .carriageReturn }
            case .carriageReturn:
                switch piece[position] {
                case 0x0A: state = .lineStart
                case 0x0D: break
                default: state = .line
                }
                position += 1
            case .lineStart:
                switch piece[position] {
                case UInt8(ascii: "."):
                    if start < position { return .content(start..<position) }
                    state = .dot
                    start = position + 1
                case 0x0D: state = .carriageReturn
                default: state = .line
                }
                position += 1
            case .dot:
                guard piece[position] == 0x0D else {
                    state = .line
                    continue
                }
                state = .dotCarriageReturn
                position += 1
            case .dotCarriageReturn:
                if piece[position] == 0x0A {
                    state = .ended
                    position += 1
                    return .end
                }
                // The CR was content. When it is in this piece, `start` still points at it.
                state = .carriageReturn
                if start == position { return .carriageReturn }
            case .ended:
                return nil
            }
        }
        // In the dot states all that lies between `start` and here is a CR still undecided.
        if state == .dot || state == .dotCarriageReturn { return nil }
        return start < position ? .content(start..<position) : nil
    }

    private static func indexAfterCarriageReturn(in piece: Span<UInt8>, from position: Int) -> Int? {
        piece.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = memchr(base + position, 0x0D, bytes.count - position)
            else { return nil }
            return UnsafeRawPointer(found) - base + 1
        }
    }
}

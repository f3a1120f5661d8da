import CZlib
import NIOCore

/// Reads what a client has compressed: raw DEFLATE (RFC 1951), a bounded piece at a time. Lives on one event loop.
///
/// It stops where the client has flushed, and there only goes on when it is asked to: what follows UNAUTHENTICATE is no
/// longer compressed, and must not be taken for it.
final class Inflater {
    /// What ended a piece.
    enum Stop {
        /// There may be more behind it.
        case piece
        /// All that was given has been read.
        case starved
        /// The client has ended the stream.
        case ended
        /// It is not DEFLATE.
        case malformed
    }

    /// The most bytes that a piece has. So much stands against a few bytes of input, if the client wants it so.
    static let pieceSize = 16_384
    /// Calls that may pass without a byte read or written, as where a block ends within a byte.
    private static let idleCalls = 8

    private let stream: UnsafeMutablePointer<z_stream>
    /// Bytes since the last end of a block.
    private var writtenInBlock = 0
    /// Whether the client has flushed and sent nothing since; also before its first byte.
    private(set) var isAtFlush = true
    /// Whether a piece was full, so that more may come without more input.
    private(set) var mayHoldMore = false

    /// Nil when there is no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard lightmail_inflate_init(stream, -MAX_WBITS) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// The next piece, and why it ended. It may be empty unless it ended in `piece`.
    func next(_ input: inout ByteBuffer) -> (ByteBuffer, Stop) {
        var output = ByteBuffer()
        var idle = 0
        while true {
            let room = Self.pieceSize - output.readableBytes
            let (code, read, written) = step(&input, &output, room: room)
            writtenInBlock += written
            if written > 0 { isAtFlush = false }
            mayHoldMore = written == room
            switch code {
            case Z_STREAM_END: return (output, .ended)
            case Z_OK, Z_BUF_ERROR: break
            default: return (output, .malformed)
            }
            if endsBlock {
                // What a flush leaves is an empty block that ends at a byte.
                isAtFlush = writtenInBlock == 0 && stream.pointee.data_type & 7 == 0
                writtenInBlock = 0
                if isAtFlush, output.readableBytes > 0 { return (output, .piece) }
            }
            if mayHoldMore { return (output, .piece) }
            if input.readableBytes == 0 { return (output, .starved) }
            idle = read + written > 0 ? 0 : idle + 1
            if idle > Self.idleCalls { return (output, .malformed) }
        }
    }

    private var endsBlock: Bool { stream.pointee.data_type & 128 != 0 }

    private func step(
        _ input: inout ByteBuffer, _ output: inout ByteBuffer, room: Int
    ) -> (code: Int32, read: Int, written: Int) {
        var code = Z_OK
        var written = 0
        let read = input.readWithUnsafeMutableReadableBytes { bytes in
            stream.pointee.next_in = bytes.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_in = UInt32(bytes.count)
            output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { space in
                stream.pointee.next_out = space.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(room)
                code = inflate(stream, Z_BLOCK)
                written = room - Int(stream.pointee.avail_out)
                return written
            }
            return bytes.count - Int(stream.pointee.avail_in)
        }
        return (code, read, written)
    }
}

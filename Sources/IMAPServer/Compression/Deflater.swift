import CZlib
import NIOCore

/// Compresses what is sent: raw DEFLATE (RFC 1951). Lives on one event loop.
final class Deflater {
    /// 8 kB of history and 64 kB of memory a connection: responses repeat themselves close by, and the full window would
    /// take four times as much for a few per cent.
    private static let windowBits: Int32 = -13
    private static let memoryLevel: Int32 = 6
    private static let level: Int32 = 5

    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil when there is no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard lightmail_deflate_init(stream, Self.level, Self.windowBits, Self.memoryLevel) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// The bytes compressed, so that the other side can read all of them as soon as it has what is returned.
    ///
    /// - Parameter isLast: ends the stream.
    func compress(_ bytes: ByteBuffer, isLast: Bool = false) -> ByteBuffer {
        var output = ByteBuffer()
        bytes.withUnsafeReadableBytes { input in
            // zlib does not write to it.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.bindMemory(to: UInt8.self).baseAddress)
            stream.pointee.avail_in = UInt32(input.count)
            repeat {
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: max(256, input.count / 4)) { space in
                    stream.pointee.next_out = space.bindMemory(to: UInt8.self).baseAddress
                    stream.pointee.avail_out = UInt32(space.count)
                    deflate(stream, isLast ? Z_FINISH : Z_SYNC_FLUSH)
                    return space.count - Int(stream.pointee.avail_out)
                }
            } while stream.pointee.avail_out == 0
        }
        return output
    }
}

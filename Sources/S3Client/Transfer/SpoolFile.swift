// Bytes kept aside on disk under no name: whatever happens to the process, nothing is left behind.

import Glibc

/// An unlinked temporary file, read and written at any offset, by several at once.
package final class SpoolFile: Sendable {
    /// A system call that failed, and its `errno`.
    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        package let call: String
        package let code: Int32
        package var description: String { "\(call): \(String(cString: strerror(code)))" }
    }

    // O_TMPFILE of fcntl.h without O_DIRECTORY, a macro that Swift does not import.
    private static let temporary: Int32 = 0o20000000

    /// Open for reading and writing; closed by `deinit`, so a transfer that reads it must hold the file.
    let descriptor: Int32

    /// Opens a file in a directory on a file system with room for it. The file has mode 0600 and no name.
    package init(directory: String) throws(Failure) {
        // O_TMPFILE never shows the file under any name; file systems without it get a name for a moment.
        let unnamed = open(directory, O_RDWR | O_CLOEXEC | Self.temporary | O_DIRECTORY, 0o600)
        if unnamed >= 0 {
            descriptor = unnamed
            return
        }
        let path = "\(directory)/spool.\(UInt64.random(in: .min ... .max))"
        let named = open(path, O_RDWR | O_CLOEXEC | O_CREAT | O_EXCL, 0o600)
        guard named >= 0 else { throw Failure(call: "open", code: errno) }
        _ = unlink(path)
        descriptor = named
    }

    deinit { _ = close(descriptor) }

    /// Writes bytes at an offset, all of them or it throws.
    package func write(_ bytes: [UInt8], at offset: UInt64) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset) + off_t(done))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Failure(call: "pwrite", code: count < 0 ? errno : EIO) }
            done += count
        }
    }

    /// Reads into a buffer and returns how many bytes there were: 0 at the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(Failure) -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw Failure(call: "pread", code: errno) }
        }
    }
}

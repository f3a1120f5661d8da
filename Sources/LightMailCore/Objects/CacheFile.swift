// A file of the body cache, open.

import Glibc

/// An open file of the body cache; its bytes stay readable when the cache has dropped its name.
final class CacheFile: Sendable {
    /// What a file is and when it last changed in any way.
    struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
        let size: Int
        let changedSeconds: Int
        let changedNanoseconds: Int
    }

    /// Where it was when it was opened.
    let path: String
    private let descriptor: Int32

    /// Opens a regular file for reading; nil when there is none.
    init?(reading path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        self.path = path
        self.descriptor = descriptor
    }

    /// Makes a file of mode 0600 that is not there yet; nil when that fails.
    init?(creating path: String) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return nil }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    var status: stat? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }

    var identity: Identity? {
        status.map {
            Identity(
                device: UInt64($0.st_dev), inode: UInt64($0.st_ino), size: Int($0.st_size),
                changedSeconds: Int($0.st_ctim.tv_sec), changedNanoseconds: Int($0.st_ctim.tv_nsec))
        }
    }

    /// Marks the file as used just now.
    func touch() { _ = futimens(descriptor, nil) }

    /// Writes all bytes at an offset; false when the disk does not take them.
    func write(_ bytes: [UInt8], at offset: UInt64) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset) + off_t(done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    /// Reads 1 to `count` bytes at an offset; nil at the end of the file or when the disk fails.
    func read(at offset: UInt64, count: Int) -> [UInt8]? {
        var got = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            repeat {
                got = pread(descriptor, buffer.baseAddress, count, off_t(offset))
            } while got < 0 && errno == EINTR
            initialized = max(0, got)
        }
        return got > 0 ? bytes : nil
    }
}

import Glibc

/// A file that is being written, through a buffer.
final class OutputFile {
    let descriptor: Int32
    private var buffer: [UInt8] = []
    private static let bufferSize = 1 << 18
    /// Bytes written so far, those in the buffer included.
    private(set) var offset: Int64

    /// Makes a new file in a folder; one of that name that is there is an error.
    init(in folder: Folder, _ name: [UInt8]) throws(MigrationError) {
        descriptor = openat(
            folder.descriptor, Folder.text(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        offset = 0
        guard descriptor >= 0 else { throw .system(errno == ENAMETOOLONG ? .item : .all, printable(name)) }
    }

    /// Makes a new file, or opens one that is there and drops what it has behind `offset`.
    init(continuing folder: Folder, _ name: [UInt8], at offset: Int64) throws(MigrationError) {
        descriptor = openat(folder.descriptor, Folder.text(name), O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
        self.offset = offset
        guard descriptor >= 0, ftruncate(descriptor, off_t(offset)) == 0,
            lseek(descriptor, off_t(offset), SEEK_SET) >= 0
        else { throw .system(.all, printable(name)) }
    }

    /// Makes a new file by its path, which is the administrator's; one that is there is an error.
    init(path: String) throws(MigrationError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        offset = 0
        guard descriptor >= 0 else { throw .system(.all, path) }
    }

    deinit { close(descriptor) }

    func write(_ bytes: some Collection<UInt8>) throws(MigrationError) {
        buffer += bytes
        offset += Int64(bytes.count)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    func flush() throws(MigrationError) {
        var done = 0
        while done < buffer.count {
            let count = buffer.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count == -1, errno == EINTR { continue }
            guard count > 0 else { throw .system(.all, "write") }
            done += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// What was written is on the disk when this returns.
    func synchronise() throws(MigrationError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw .system(.all, "fsync") }
    }

    /// Sets the time of the last change, in seconds since 1970.
    func setDate(_ seconds: Int64) throws(MigrationError) {
        let times = [timespec(tv_sec: Int(seconds), tv_nsec: 0), timespec(tv_sec: Int(seconds), tv_nsec: 0)]
        guard futimens(descriptor, times) == 0 else { throw .system(.all, "futimens") }
    }
}

extension Folder {
    /// The folder of that name, which is made where it is missing.
    func making(_ name: [UInt8]) throws(MigrationError) -> Folder {
        guard mkdirat(descriptor, Self.text(name), 0o700) == 0 || errno == EEXIST else {
            throw .system(errno == ENAMETOOLONG ? .item : .all, printable(name))
        }
        return try folder(name)
    }

    /// The folder at a path, which is made where it is missing.
    static func making(path: String) throws(MigrationError) -> Folder {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system(.all, path) }
        return try Folder(path: path)
    }

    /// Writes a small file: whoever looks sees the old one or the new one.
    func replace(_ name: [UInt8], with bytes: [UInt8]) throws(MigrationError) {
        let aside = name + Array(".new".utf8)
        unlinkat(descriptor, Self.text(aside), 0)
        let file = try OutputFile(in: self, aside)
        try file.write(bytes)
        try file.flush()
        try move(aside, to: self, as: name)
    }

    /// Gives a file another name, in the place of what has that name.
    func move(_ name: [UInt8], to other: Folder, as new: [UInt8]) throws(MigrationError) {
        guard renameat(descriptor, Self.text(name), other.descriptor, Self.text(new)) == 0 else {
            throw .system(errno == ENAMETOOLONG ? .item : .all, printable(new))
        }
    }
}

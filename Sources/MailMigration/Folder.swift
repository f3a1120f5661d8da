import Glibc
import S3Client

/// A folder of files that belong to somebody else, perhaps to an enemy: nothing is reached through a symbolic link below
/// it, and only regular files are read.
final class Folder {
    /// What an entry is.
    enum Kind { case file, folder, link, other }

    let descriptor: Int32

    /// Opens a folder by its path, which is the administrator's and may lead through links.
    init(path: String) throws(MigrationError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(.all, path) }
    }

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// A folder in it.
    func folder(_ name: [UInt8]) throws(MigrationError) -> Folder {
        let found = openat(descriptor, Self.text(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard found >= 0 else { throw .system(.item, printable(name)) }
        return Folder(descriptor: found)
    }

    /// A folder in it; nil when there is none.
    func folderIfAny(_ name: [UInt8]) throws(MigrationError) -> Folder? {
        kind(name) == nil ? nil : try folder(name)
    }

    /// A regular file in it.
    func file(_ name: [UInt8]) throws(MigrationError) -> File {
        let found = openat(descriptor, Self.text(name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard found >= 0 else {
            throw errno == ELOOP
                ? MigrationError(.item, "\(printable(name)): it is a symbolic link") : .system(.item, printable(name))
        }
        let file = File(descriptor: found)
        guard try file.status().st_mode & S_IFMT == S_IFREG else {
            throw MigrationError(.item, "\(printable(name)): it is no regular file")
        }
        return file
    }

    /// What an entry is, without following it; nil when it is not there.
    func kind(_ name: [UInt8]) -> Kind? {
        guard let status = status(name) else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// Of the entry itself, not of what it leads to; nil when it is not there.
    func status(_ name: [UInt8]) -> stat? {
        var status = stat()
        return fstatat(descriptor, Self.text(name), &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    /// The names of its entries, without `.` and `..`, in no order.
    func each(_ body: ([UInt8]) throws -> Void) throws {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { throw MigrationError.system(.item, "opendir") }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != Array(".".utf8), name != Array("..".utf8) { try body(name) }
        }
    }

    static func text(_ name: [UInt8]) -> [CChar] { name.map { CChar(bitPattern: $0) } + [0] }
}

/// A regular file, read at any offset.
final class File {
    let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Opens a file by its path, which is the administrator's and may lead through links.
    init(path: String) throws(MigrationError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(.all, path) }
        guard try status().st_mode & S_IFMT == S_IFREG else { throw MigrationError(.all, "\(path) is no regular file") }
    }

    deinit { close(descriptor) }

    func status() throws(MigrationError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(.item, "fstat") }
        return status
    }

    /// Octets of it now.
    func size() throws(MigrationError) -> Int64 { Int64(try status().st_size) }

    /// At most `count` bytes from an offset; none at its end.
    func read(at offset: Int64, count: Int = 65_536) throws(MigrationError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while true {
                let got = pread(descriptor, buffer.baseAddress, count, off_t(offset))
                if got == -1, errno == EINTR { continue }
                failure = got == -1 ? errno : 0
                filled = max(got, 0)
                return
            }
        }
        guard failure == 0 else {
            errno = failure
            throw .system(.item, "read")
        }
        return bytes
    }

    /// All of a small file.
    ///
    /// - Parameter limit: bytes of which no more are read.
    func whole(limit: Int = 1 << 20) throws(MigrationError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let more = try read(at: Int64(bytes.count), count: min(65_536, limit - bytes.count))
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }
}

/// The digest of fields, each with its length, so that no two lists of fields are alike.
func identity(_ fields: [UInt8]...) -> [UInt8] {
    let hasher = SHA256Hasher()
    for field in fields {
        hasher.update(Array("\(field.count):".utf8))
        hasher.update(field)
    }
    return hasher.finish()
}

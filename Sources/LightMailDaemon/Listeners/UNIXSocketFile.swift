import CSystemd
import Glibc

/// The file of a listening UNIX socket: made with its mode and owner before anybody can connect, put in the place of a
/// stale one in a single step, and never in the place of one that somebody listens on.
struct UNIXSocketFile: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let path: String
    private let device: dev_t
    private let inode: ino_t

    /// - Parameters:
    ///   - path: Where; its directory must exist.
    ///   - owner: A user's name; empty for the process's own.
    ///   - group: A group's name; empty for the process's own.
    /// - Returns: The file, and the descriptor that listens on it.
    /// - Throws: `Failure`.
    static func listen(
        path: String, owner: String, group: String, backlog: Int32
    ) throws(Failure) -> (UNIXSocketFile, CInt) {
        let newPath = path + ".new"
        guard newPath.utf8.count < maximumPathLength else {
            throw Failure(description: "the path is longer than a socket's may be")
        }
        let user = try owner.isEmpty ? uid_t.max : userID(owner)
        let groupID = try group.isEmpty ? gid_t.max : self.groupID(group)
        // Of two daemons that start at once the second must find the first one listening: the directory is the lock.
        let directory = open(
            String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) + "/", O_DIRECTORY | O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { throw Failure(description: "its directory: \(SystemError.text(errno))") }
        defer { close(directory) }
        while flock(directory, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Failure(description: SystemError.text(errno)) }
        }
        try checkNobodyListens(path)
        unlink(newPath)
        let descriptor = socket(AF_UNIX, Int32(LIGHTMAIL_STREAM_CLOEXEC), 0)
        guard descriptor >= 0 else { throw Failure(description: SystemError.text(errno)) }
        do throws(Failure) {
            var status = stat()
            try check(withAddress(newPath) { bind(descriptor, $0, $1) })
            try check(chmod(newPath, 0o660))
            try check(user == .max && groupID == .max ? 0 : chown(newPath, user, groupID))
            try check(Glibc.listen(descriptor, backlog))
            try check(lstat(newPath, &status))
            try check(rename(newPath, path))
            return (UNIXSocketFile(path: path, device: status.st_dev, inode: status.st_ino), descriptor)
        } catch {
            close(descriptor)
            unlink(newPath)
            throw error
        }
    }

    /// Removes the file, unless another process has put its own in the place.
    func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
        unlink(path)
    }

    /// sun_path with its NUL.
    private static var maximumPathLength: Int {
        MemoryLayout.size(ofValue: sockaddr_un().sun_path)
    }

    private static func checkNobodyListens(_ path: String) throws(Failure) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw Failure(description: SystemError.text(errno)) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw Failure(description: "something that is not a socket is in its place")
        }
        let probe = socket(AF_UNIX, Int32(LIGHTMAIL_STREAM_CLOEXEC_NONBLOCK), 0)
        guard probe >= 0 else { throw Failure(description: SystemError.text(errno)) }
        defer { close(probe) }
        // Refused means that the process behind the file is gone. EAGAIN means a listener with a full queue.
        let result = withAddress(path) { connect(probe, $0, $1) }
        guard result != 0, errno == ECONNREFUSED || errno == ENOENT else {
            throw Failure(
                description: result == 0 || errno == EAGAIN ? "another process listens on it" : SystemError.text(errno))
        }
    }

    private static func check(_ result: Int32) throws(Failure) {
        guard result == 0 else { throw Failure(description: SystemError.text(errno)) }
    }

    /// Calls `body` with the address of `path`, which must be short enough.
    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { place in
            place.copyBytes(from: path.utf8.prefix(place.count - 1))
        }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func userID(_ name: String) throws(Failure) -> uid_t {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &result) == 0, result != nil else {
            throw Failure(description: "there is no user \(name)")
        }
        return entry.pw_uid
    }

    private static func groupID(_ name: String) throws(Failure) -> gid_t {
        var entry = Glibc.group()
        var result: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 65536)
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &result) == 0, result != nil else {
            throw Failure(description: "there is no group \(name)")
        }
        return entry.gr_gid
    }
}

import Glibc

/// A user of this machine and the groups that he is in.
struct LocalUser {
    let name: String
    let id: uid_t
    /// With the primary one.
    let groups: [gid_t]

    /// Nil when there is no such user.
    init?(named name: String) {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &result) == 0, result != nil else { return nil }
        self.name = name
        id = entry.pw_uid
        var count: Int32 = 1024
        var groups = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(name, entry.pw_gid, &groups, &count) >= 0 else { return nil }
        self.groups = Array(groups.prefix(Int(count)))
    }

    /// The name of a user, or his number where he has none.
    static func name(of id: uid_t) -> String {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwuid_r(id, &entry, &buffer, buffer.count, &result) == 0, result != nil else { return "\(id)" }
        return String(cString: entry.pw_name)
    }

    /// The name of a group, or its number where it has none.
    static func groupName(of id: gid_t) -> String {
        var entry = group()
        var result: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 65536)
        guard getgrgid_r(id, &entry, &buffer, buffer.count, &result) == 0, result != nil else { return "\(id)" }
        return String(cString: entry.gr_name)
    }
}

/// Whose a file is and who may do what with it. Access lists and the rights of root are not looked at.
struct FileStatus {
    /// In the bits of a mode.
    enum Access: mode_t {
        case execute = 1
        case write = 2
        case read = 4
    }

    /// Without the file's type.
    let mode: mode_t
    let owner: uid_t
    let group: gid_t
    let isSocket: Bool
    let isDirectory: Bool

    /// Nil when it cannot be looked at; `errno` says why. A link is followed.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        mode = status.st_mode & 0o7777
        owner = status.st_uid
        group = status.st_gid
        isSocket = status.st_mode & S_IFMT == S_IFSOCK
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
    }

    /// Four octal digits.
    var modeText: String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    func allows(_ user: LocalUser, to access: Access) -> Bool {
        if user.id == 0 { return true }
        let shift: mode_t = user.id == owner ? 6 : user.groups.contains(group) ? 3 : 0
        return mode >> shift & access.rawValue != 0
    }
}

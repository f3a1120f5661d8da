import Glibc

/// Whether the folders for bodies on this host are there, are the daemons' own, and have room.
struct FolderCheck {
    private let configuration: Configuration

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    func run() -> [Finding] {
        let cache = configuration.cache
        var findings = Findings("folders")
        check("spool", cache.spoolDirectory, wanted: UInt64(configuration.lmtp.maxMessageSize) * 4, &findings)
        if !cache.directory.isEmpty, cache.maxBytes > 0 {
            check("cache", cache.directory, wanted: UInt64(cache.maxBytes), &findings)
        }
        return findings.list
    }

    /// - Parameter wanted: bytes that it should be able to grow to.
    private func check(_ name: String, _ path: String, wanted: UInt64, _ findings: inout Findings) {
        let (owner, group) = (configuration.system.owner, configuration.system.group)
        guard let status = FileStatus(path), status.isDirectory else {
            findings.warning(
                name, "\(path) is not there, or cannot be seen",
                advice: "systemd makes it; otherwise: install -d -m 700 -o \(owner) -g \(group) \(path)")
            return
        }
        if let user = LocalUser(named: owner), !status.allows(user, to: .write) {
            findings.error(
                name, "\(owner) cannot write to \(path)",
                advice: "chown \(owner):\(group) \(path) && chmod 700 \(path)")
        } else if status.mode & 0o077 != 0 {
            findings.warning(
                name, "\(path) has mode \(status.modeText): others can look at names and sizes",
                advice: "chmod 700 \(path)")
        } else {
            findings.ok(name, "\(path): mode \(status.modeText)")
        }
        var room = statvfs()
        guard statvfs(path, &room) == 0 else { return }
        let free = UInt64(room.f_bavail) * UInt64(room.f_frsize)
        if free < wanted {
            findings.warning(
                name, "\(path) has \(free >> 20) MiB free, \(wanted >> 20) MiB may be wanted",
                advice: name == "cache"
                    ? "Lower [cache] max_bytes, or give it a larger disk." : "Give it a larger disk.")
        }
    }
}

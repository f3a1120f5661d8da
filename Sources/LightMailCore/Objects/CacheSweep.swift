// One pass over the directory of the body cache that takes away what was not used for longest.

import Glibc

/// Counts a cache's files and removes the oldest of them until they fit.
struct CacheSweep {
    private struct Entry {
        let path: String
        let size: UInt64
        let usedAt: Int
    }

    /// Seconds after which a file still under its first name is taken for one that a dead process left.
    private static let incomingAge = 3600

    let directory: String

    /// - Returns: bytes that are left. When more than `maximumBytes` were there, nine tenths of that, so that the next
    ///   pass is far off.
    func run(maximumBytes: UInt64) -> UInt64 {
        var entries: [Entry] = []
        for name in Self.names(in: directory) {
            if name.hasPrefix("incoming.") {
                removeIfAbandoned("\(directory)/\(name)")
            } else if name.utf8.count == 2 {
                entries += Self.names(in: "\(directory)/\(name)").compactMap { entry("\(directory)/\(name)/\($0)") }
            }
        }
        var total = entries.reduce(0) { $0 + $1.size }
        guard total > maximumBytes else { return total }
        for entry in entries.sorted(by: { $0.usedAt < $1.usedAt }) {
            guard total > maximumBytes / 10 * 9 else { break }
            if unlink(entry.path) == 0 { total -= entry.size }
        }
        return total
    }

    private func entry(_ path: String) -> Entry? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        // Whole seconds would make files of one second a tie.
        let usedAt = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
        return Entry(path: path, size: UInt64(status.st_size), usedAt: usedAt)
    }

    private func removeIfAbandoned(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, Int(status.st_mtim.tv_sec) + Self.incomingAge < time(nil) else { return }
        _ = unlink(path)
    }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory), let start = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // By its address: an entry is as long as its name, so to read the whole field could read behind the stream's
            // buffer.
            let name = String(cString: (UnsafeRawPointer(entry) + start).assumingMemoryBound(to: CChar.self))
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

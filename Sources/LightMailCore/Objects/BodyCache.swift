// Bodies on the local disk, shared by all processes that are given the same directory, bounded in size. A file is named
// by the SHA-256 of its bytes and believed only when they have it; a key never becomes a path.

import Dispatch
import Glibc
import Logging
import S3Client
import Synchronization

/// Where bodies are cached, and how many bytes of them.
package struct BodyCacheConfiguration: Sendable {
    /// Made with mode 0700 when it is not there; its parent must be.
    package var directory: String
    package var maximumBytes: UInt64

    package init(directory: String, maximumBytes: UInt64) {
        self.directory = directory
        self.maximumBytes = maximumBytes
    }
}

/// The cache. It never fails a read: what it cannot give is fetched from S3.
final class BodyCache: Sendable {
    private struct State {
        /// Bytes in the directory at the last count, and those that this process added since; nil before the first count.
        var total: UInt64?
        var addedSinceCount: UInt64 = 0
        var isEvicting = false
        var verified: [String: CacheFile.Identity] = [:]
    }

    /// Verified files that are remembered.
    private static let maximumVerified = 4096
    /// A file's time is moved on by a hit when it is older than this many seconds: to do so is a write to the disk.
    private static let touchInterval = 3600

    private let directory: String
    private let maximumBytes: UInt64
    private let state = Mutex(State())

    /// A directory that cannot be used is logged, and caches nothing.
    init(_ configuration: BodyCacheConfiguration, logger: Logger) {
        directory = configuration.directory
        maximumBytes = configuration.maximumBytes
        if mkdir(directory, 0o700) == 0 { return }
        if errno == EEXIST, access(directory, R_OK | W_OK | X_OK) == 0 { return }
        logger.error(
            "the body cache cannot be used: every body is read from S3",
            metadata: ["directory": "\(directory)", "error": "\(String(cString: strerror(errno)))"])
    }

    /// The name of an object's file; nil for an object that is not worth a place: empty, or so large that it would drive
    /// out a quarter of the others.
    func name(of object: StoredObject) -> String? {
        guard object.sha256.count == 32, object.size > 0, object.size <= maximumBytes / 4 else { return nil }
        func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 87 + nibble }
        return String(unsafeUninitializedCapacity: 64) { name in
            for (index, byte) in object.sha256.enumerated() {
                name[2 * index] = digit(byte >> 4)
                name[2 * index + 1] = digit(byte & 15)
            }
            return 64
        }
    }

    private func path(_ name: String) -> String { "\(directory)/\(name.prefix(2))/\(name)" }

    /// A file of that name and size; one of another size is removed.
    func open(_ name: String, size: UInt64) -> CacheFile? {
        guard let file = CacheFile(reading: path(name)), let status = file.status else { return nil }
        guard UInt64(status.st_size) == size else {
            remove(name)
            return nil
        }
        if Int(status.st_mtim.tv_sec) + Self.touchInterval < Glibc.time(nil) { file.touch() }
        return file
    }

    /// Whether a file's bytes are the object's. A file that this process verified before and that has not changed since
    /// is believed; one that changed in these last two seconds is not remembered, as its time stamp could hide another
    /// change.
    func verify(_ file: CacheFile, name: String, _ object: StoredObject) async -> Bool {
        guard let identity = file.identity else { return false }
        if isVerified(name, identity) { return true }
        let hasher = SHA256Hasher()
        var position: UInt64 = 0
        while position < object.size, !Task.isCancelled, let bytes = file.read(at: position, count: 256 * 1024) {
            hasher.update(bytes)
            position += UInt64(bytes.count)
            await Task.yield()
        }
        guard position == object.size, hasher.finish() == object.sha256 else { return false }
        remember(name, identity)
        return true
    }

    /// All of a small file; nil when its bytes are not the object's. They are read once, and the very bytes that were
    /// verified are given.
    func read(_ file: CacheFile, name: String, _ object: StoredObject) -> [UInt8]? {
        guard let identity = file.identity, let bytes = file.read(at: 0, count: Int(object.size)),
            bytes.count == object.size
        else { return nil }
        if isVerified(name, identity) { return bytes }
        let hasher = SHA256Hasher()
        hasher.update(bytes)
        guard hasher.finish() == object.sha256 else { return nil }
        remember(name, identity)
        return bytes
    }

    private func isVerified(_ name: String, _ identity: CacheFile.Identity) -> Bool {
        state.withLock { $0.verified[name] == identity }
    }

    private func remember(_ name: String, _ identity: CacheFile.Identity) {
        guard identity.changedSeconds + 2 < Glibc.time(nil) else { return }
        state.withLock { state in
            if state.verified.count >= Self.maximumVerified { state.verified = [:] }
            state.verified[name] = identity
        }
    }

    func remove(_ name: String) { _ = unlink(path(name)) }

    // MARK: Filling

    /// A file under a name that no reader looks for; nil when the disk refuses.
    func create() -> CacheFile? { CacheFile(creating: "\(directory)/incoming.\(UInt64.random(in: .min ... .max))") }

    func discard(_ file: CacheFile) { _ = unlink(file.path) }

    /// Gives a complete file its name, all at once for every process.
    func keep(_ file: CacheFile, as name: String, size: UInt64) {
        let target = path(name)
        if rename(file.path, target) != 0 {
            _ = mkdir("\(directory)/\(name.prefix(2))", 0o700)
            guard rename(file.path, target) == 0 else {
                discard(file)
                return
            }
        }
        let isDue = state.withLock { state in
            state.addedSinceCount += size
            // Other processes add too, so a count is due at the latest when this one added a tenth of all.
            let isDue =
                state.total.map { $0 + state.addedSinceCount > maximumBytes } ?? true
                || state.addedSinceCount > maximumBytes / 10
            guard isDue, !state.isEvicting else { return false }
            state.isEvicting = true
            return true
        }
        // Off the cooperative pool: a scan of many files takes its time.
        if isDue { DispatchQueue.global(qos: .utility).async { self.evict() } }
    }

    // MARK: Eviction

    private func evict() {
        state.withLock { $0.addedSinceCount = 0 }
        let total = CacheSweep(directory: directory).run(maximumBytes: maximumBytes)
        state.withLock { state in
            state.total = total
            state.isEvicting = false
        }
    }
}

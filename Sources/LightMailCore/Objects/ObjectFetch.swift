// One download of a whole object into a file of the cache, followed by all who want the object meanwhile: one GET
// however many readers, and none of them waits for a slower one.

import S3Client
import Synchronization

/// A download under way. It goes on while anybody follows it.
final class ObjectFetch: Sendable {
    /// How a fetch ended.
    private enum End {
        /// All bytes are in the file, and verified.
        case complete
        /// The disk did not take them; S3 may still give them.
        case diskFailed
        /// S3 did not give the object.
        case failed(StoreError)
    }

    /// Somebody's interest in a fetch, which ends with the value's life.
    final class Follower: Sendable {
        fileprivate let fetch: ObjectFetch

        fileprivate init(_ fetch: ObjectFetch) { self.fetch = fetch }

        deinit { fetch.leave() }

        /// The file that the fetch fills.
        var file: CacheFile { fetch.file }

        /// Waits until more than `position` bytes are in the file, and says how many are. All of them being there means
        /// that they are verified. Nil when the disk does not take them, and they must be had in another way.
        func available(beyond position: UInt64) async throws(StoreError) -> UInt64? {
            try await fetch.available(beyond: position)
        }
    }

    private struct State {
        var written: UInt64 = 0
        var end: End?
        var followers = 0
        /// The last follower has left, so the download is being cancelled.
        var isAbandoned = false
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
        var task: Task<Void, Never>?
    }

    private let object: StoredObject
    private let file: CacheFile
    private let state = Mutex(State())

    init(object: StoredObject, file: CacheFile) {
        self.object = object
        self.file = file
    }

    var followers: Int { state.withLock { $0.followers } }

    /// Joins the fetch; nil when it is over, or nearly so.
    func follow() -> Follower? {
        let joined = state.withLock { state in
            guard state.end == nil, !state.isAbandoned else { return false }
            state.followers += 1
            return true
        }
        return joined ? Follower(self) : nil
    }

    /// Starts the download.
    /// - Parameter settle: puts the file in its place, or away, before the followers learn of the end.
    func start(s3: S3Client, settle: @escaping @Sendable (_ isComplete: Bool) -> Void) {
        let task = Task {
            let end = await self.download(s3)
            if case .complete = end { settle(true) } else { settle(false) }
            self.finish(end)
        }
        let isAbandoned = state.withLock { state in
            if state.end == nil { state.task = task }
            return state.isAbandoned
        }
        if isAbandoned { task.cancel() }
    }

    private func download(_ s3: S3Client) async -> End {
        do throws(S3Error) {
            let expected = S3Expectation(size: object.size, sha256: object.sha256)
            var iterator = try await s3.get(object.key, expecting: expected).makeAsyncIterator()
            var position: UInt64 = 0
            // The last bytes come only when the SHA-256 of all is right.
            while let bytes = try await iterator.next() {
                guard file.write(bytes, at: position) else { return .diskFailed }
                position += UInt64(bytes.count)
                if position < object.size { publish(position) }
            }
            return .complete
        } catch {
            return .failed(StoreError(error))
        }
    }

    private func publish(_ written: UInt64) {
        let waiters = state.withLock { state in
            state.written = written
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    private func finish(_ end: End) {
        state.withLock { state in
            state.end = end
            state.task = nil
        }
        publish(object.size)
    }

    private func available(beyond position: UInt64) async throws(StoreError) -> UInt64? {
        while true {
            if Task.isCancelled { throw StoreError(CancellationError()) }
            let (written, end) = state.withLock { ($0.written, $0.end) }
            switch end {
            case .complete: return object.size
            case .diskFailed: return nil
            case .failed(let error): throw error
            case nil: break
            }
            if written > position { return written }
            await wait(beyond: position)
        }
    }

    private func wait(beyond position: UInt64) async {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    // Checked under the lock, as the handler takes it: one of the two sees the other.
                    if state.end != nil || state.written > position || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }

    private func leave() {
        let task = state.withLock { state -> Task<Void, Never>? in
            state.followers -= 1
            guard state.followers == 0, state.end == nil else { return nil }
            state.isAbandoned = true
            return state.task
        }
        task?.cancel()
    }
}

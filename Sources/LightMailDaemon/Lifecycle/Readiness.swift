import Synchronization

/// Whether a daemon can do its work right now, asked of the parts it depends on.
package final class Readiness: Sendable {
    /// Throws when the part does not answer.
    package typealias Probe = @Sendable () async throws -> Void

    /// A part and why it is not ready.
    package struct Failure: Sendable {
        package let part: String
        package let error: any Error
    }

    private let probes = Mutex<[(part: String, probe: Probe)]>([])

    package init() {}

    /// - Parameter part: A word such as "database".
    package func add(_ part: String, _ probe: @escaping Probe) {
        probes.withLock { $0.append((part, probe)) }
    }

    /// Asks every part, each for `limit` at most. Empty when all is well.
    package func failures(limit: Duration = .seconds(5)) async -> [Failure] {
        let probes = probes.withLock { $0 }
        return await withTaskGroup(of: Failure?.self) { group in
            for (part, probe) in probes {
                group.addTask {
                    do {
                        try await Readiness.run(probe, limit: limit)
                        return nil
                    } catch {
                        return Failure(part: part, error: error)
                    }
                }
            }
            var failures: [Failure] = []
            for await failure in group {
                if let failure { failures.append(failure) }
            }
            return failures.sorted { $0.part < $1.part }
        }
    }

    private struct TooSlow: Error {}

    private static func run(_ probe: @escaping Probe, limit: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await probe() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw TooSlow()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

import LightMailCore
import Logging

/// The schema is older than the program, so that its statements would fail one after the other.
struct SchemaError: Error, CustomStringConvertible {
    let version: Int

    var description: String {
        "the database's schema has version \(version), this program needs \(Migrator.newest): run lightmailctl migrate, "
            + "then start it again"
    }
}

/// Compares the schema with the program when a daemon starts.
enum SchemaCheck {
    /// How long a start waits for an answer.
    private static let patience: Duration = .seconds(5)

    /// An older schema ends the start. A newer one is what a host has that is upgraded after the others, and is told. A database
    /// that does not answer is no reason not to start: a daemon comes back by itself when that does.
    ///
    /// - Throws: `SchemaError`.
    static func run(on store: Store, logger: Logger) async throws {
        let version: Int
        do {
            guard let answer = try await answer(from: store) else {
                return logger.warning("the database has not answered yet: its schema is not known")
            }
            version = answer
        } catch {
            return logger.warning(
                "the database does not answer: its schema is not known", metadata: [LogKey.error: "\(error)"])
        }
        if version < Migrator.newest { throw SchemaError(version: version) }
        if version > Migrator.newest {
            logger.warning(
                "the database's schema is newer than this program",
                metadata: ["schema": "\(version)", "program": "\(Migrator.newest)"])
        }
    }

    /// Nil when it takes longer than the patience: what asks is not waited for, for a connection that is being made cannot be
    /// taken back.
    private static func answer(from store: Store) async throws -> Int? {
        let (answers, continuation) = AsyncThrowingStream.makeStream(of: Int?.self)
        let asking = Task {
            do {
                continuation.yield(try await Migrator(store.database).version())
            } catch {
                continuation.finish(throwing: error)
            }
        }
        let waiting = Task {
            try? await Task.sleep(for: patience)
            continuation.yield(nil)
        }
        defer {
            asking.cancel()
            waiting.cancel()
        }
        var iterator = answers.makeAsyncIterator()
        return try await iterator.next() ?? nil
    }
}

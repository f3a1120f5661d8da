import MariaDBClient
import S3Client

/// What becomes of a request that carries an idempotency key.
package enum RepeatOutcome: Sendable {
    /// It is the first: do it, then say what was answered, or that it failed.
    case first
    /// It was done: answer the same again.
    case answered(status: Int, location: String?, body: [UInt8])
    /// Another request with the key is being done.
    case underWay
    /// The key was used for another request.
    case mismatch
}

/// Remembers for a day what was answered to requests with an idempotency key, so that one that comes again, to whichever
/// host, changes nothing and is answered the same.
package struct RepeatedRequests: Sendable {
    let database: ConnectionPool

    /// A request that was begun this many seconds ago and not answered died with its process: the next may try.
    private static let lease = 60

    /// A key, as the holder of one token sent it, with the request that it stands for.
    package struct Key: Sendable {
        let holder: String
        let key: [UInt8]
        let request: [UInt8]

        /// - Parameters:
        ///   - holder: the name of the token: keys of different holders are different.
        ///   - key: as the client sent it.
        ///   - request: the method, the path and the body.
        package init(holder: String, key: String, request: [[UInt8]]) {
            self.holder = holder
            self.key = SHA256Hasher.hash(Array(key.utf8))
            self.request = SHA256Hasher.hash(request.flatMap { SHA256Hasher.hash($0) })
        }

        fileprivate var row: [SQLValue] { [.text(holder), .bytes(key)] }
    }

    /// Claims the key, or says what is known of it.
    package func begin(_ key: Key) async throws(StoreError) -> RepeatOutcome {
        try await mapped {
            try await database.transaction { connection in
                // An INSERT IGNORE would share its lock on a row that is there, and two that then want it alone deadlock.
                let claim = try connection.execute(
                    """
                    INSERT INTO api_requests (holder, request_key, request, begun_at) \
                    VALUES (?, ?, ?, UTC_TIMESTAMP()) ON DUPLICATE KEY UPDATE holder = holder
                    """, key.row + [.bytes(key.request)])
                if claim.affectedRows == 1 { return .first }
                let rows = try connection.query(
                    """
                    SELECT request, status, answer, begun_at < UTC_TIMESTAMP() - INTERVAL \(Self.lease) SECOND, location \
                    FROM api_requests WHERE holder = ? AND request_key = ? FOR UPDATE
                    """, key.row)
                guard let row = rows.first else { return .underWay }
                guard try row[0].bytes == key.request else { return .mismatch }
                if let status = try row[1].optionalInt64 {
                    return .answered(
                        status: Int(status), location: try row[4].optional?.string,
                        body: try row[2].optional?.bytes ?? [])
                }
                guard try row[3].bool else { return .underWay }
                _ = try connection.execute(
                    "UPDATE api_requests SET begun_at = UTC_TIMESTAMP() WHERE holder = ? AND request_key = ?", key.row)
                return .first
            }
        }
    }

    /// Remembers what was answered.
    ///
    /// - Parameter location: where the thing is that was made.
    package func finish(_ key: Key, status: Int, location: String?, body: [UInt8]) async throws(StoreError) {
        try await mapped {
            _ = try await database.transaction { connection in
                try connection.execute(
                    "UPDATE api_requests SET status = ?, location = ?, answer = ? WHERE holder = ? AND request_key = ?",
                    [.int(Int64(status)), location.map { .text($0) } ?? .null, .bytes(body)] + key.row)
            }
        }
    }

    /// Gives the key back: nothing was done, and the request may come again.
    package func abandon(_ key: Key) async throws(StoreError) {
        try await mapped {
            _ = try await database.transaction { connection in
                try connection.execute(
                    "DELETE FROM api_requests WHERE holder = ? AND request_key = ? AND status IS NULL", key.row)
            }
        }
    }
}

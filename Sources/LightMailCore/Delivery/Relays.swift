import MariaDBClient
import S3Client

/// Remembers what the smarthost has taken over, so that a retry after a lost reply sends nothing twice.
package struct Relays: Sendable {
    let database: ConnectionPool

    /// Those of the recipients to whom this message of the account went within a day. One round trip.
    ///
    /// - Parameter hash: SHA-256 of the message as received.
    package func known(
        _ hash: [UInt8], from account: AccountID, to recipients: [String]
    ) async throws(StoreError) -> Set<String> {
        let digests = Self.digests(hash, recipients)
        guard !digests.isEmpty else { return [] }
        let list: [SQLText] = digests.map { "\(hex: $0.digest)" }
        let found = try await mapped {
            try await database.read { connection in
                try connection.script(
                    """
                    SELECT HEX(digest) FROM relays WHERE account_id = \(account.rawValue) AND digest IN (\(list: list)) \
                    AND relayed_at > UTC_TIMESTAMP() - INTERVAL 1 DAY
                    """)[0].rows.map { try $0[0].hex }
            }
        }
        return Set(digests.filter { found.contains($0.digest) }.map(\.recipient))
    }

    /// Remembers that the message went to the recipients.
    package func note(_ hash: [UInt8], from account: AccountID, to recipients: [String]) async throws(StoreError) {
        let rows: [SQLText] = Self.digests(hash, recipients).map { entry in
            "(\(account.rawValue), \(hex: entry.digest), UTC_TIMESTAMP())"
        }
        guard !rows.isEmpty else { return }
        try await mapped {
            try await database.transaction { connection in
                _ = try connection.commit(
                    after: "REPLACE INTO relays (account_id, digest, relayed_at) VALUES \(list: rows)")
            }
        }
    }

    private static func digests(_ hash: [UInt8], _ recipients: [String]) -> [(recipient: String, digest: [UInt8])] {
        recipients.map { ($0, SHA256Hasher.hash(hash + Array($0.utf8))) }
    }
}

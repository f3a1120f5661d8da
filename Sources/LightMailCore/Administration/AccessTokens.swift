import MariaDBClient
import S3Client

/// What a token lets its holder do.
package enum AccessScope: String, Sendable, CaseIterable {
    case read, write
}

/// A token of the Admin API as it is stored: its name, its scope, and never itself.
package struct AccessToken: Sendable, Hashable {
    package let name: String
    package let scope: AccessScope
    /// Seconds since 1970.
    package let createdAt: Int64
    /// From when on it is refused; nil for never.
    package let expiresAt: Int64?
}

/// The SHA-256 of a token, which is stored and compared in its place. A token has 256 random bits, so it needs neither
/// salt nor rounds.
package struct TokenDigest: Sendable {
    let bytes: [UInt8]

    package init(_ token: String) {
        bytes = SHA256Hasher.hash(Array(token.utf8))
    }

    /// Takes as long wherever the two differ.
    package func matches(_ other: TokenDigest) -> Bool {
        PasswordHash.isEqual(bytes, other.bytes)
    }

    /// A seal (HMAC-SHA-256, in hexadecimal) that only who knows the token can put on a text.
    package func seal(_ text: String) -> String {
        HMACSHA256.hexadecimal(key: bytes, Array(text.utf8))
    }
}

/// The named tokens of the Admin API.
package struct AccessTokens: Sendable {
    let database: ConnectionPool

    /// Longest name, in bytes.
    package static let longestName = 64

    private static let columns = """
        name, may_write, TIMESTAMPDIFF(SECOND, '1970-01-01', created_at), \
        TIMESTAMPDIFF(SECOND, '1970-01-01', expires_at)
        """

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - name: 1 to 64 letters, digits, `.`, `_` and `-`.
    ///   - lifetime: in seconds; nil for ever.
    /// - Returns: the token itself, which cannot be had again.
    /// - Throws: `StoreError` invalid for the name, alreadyExists.
    package func add(_ name: String, scope: AccessScope, lifetime: Int64? = nil) async throws(StoreError) -> String {
        let isGood = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isGood, (1...Self.longestName).contains(name.utf8.count) else {
            throw StoreError(.invalid("a token's name is 1 to \(Self.longestName) letters, digits, '.', '_' and '-'"))
        }
        let token = Self.makeToken()
        let digest = TokenDigest(token)
        try await mapped {
            do {
                _ = try await database.transaction { connection in
                    try connection.execute(
                        """
                        INSERT INTO api_tokens (name, sha256, may_write, created_at, expires_at) VALUES \
                        (?, ?, ?, UTC_TIMESTAMP(), UTC_TIMESTAMP() + INTERVAL ? SECOND)
                        """,
                        [
                            .text(name), .bytes(digest.bytes), .int(scope == .write ? 1 : 0),
                            SQLValue(lifetime),
                        ])
                }
            } catch let error as DatabaseError where error.kind == .duplicateKey {
                throw StoreError(.alreadyExists, "token \(name)")
            }
        }
        return token
    }

    /// All tokens, by name; the expired ones too.
    package func list() async throws(StoreError) -> [AccessToken] {
        try await mapped {
            try await database.read { connection in
                try connection.query("SELECT \(Self.columns) FROM api_tokens ORDER BY name").map(AccessToken.init(row:))
            }
        }
    }

    /// Ends a token.
    ///
    /// - Throws: `StoreError` notFound.
    package func revoke(_ name: String) async throws(StoreError) {
        try await mapped {
            try await database.transaction { connection in
                let result = try connection.execute("DELETE FROM api_tokens WHERE name = ?", [.text(name)])
                guard result.affectedRows > 0 else { throw StoreError(.notFound, "token \(name)") }
            }
        }
    }

    /// The token of that digest, if there is one that has not expired. One round trip.
    package func find(_ digest: TokenDigest) async throws(StoreError) -> AccessToken? {
        try await find("sha256 = ?", .bytes(digest.bytes))
    }

    /// The token of that name, if there is one that has not expired. One round trip.
    package func find(named name: String) async throws(StoreError) -> AccessToken? {
        try await find("name = ?", .text(name))
    }

    private func find(_ condition: String, _ value: SQLValue) async throws(StoreError) -> AccessToken? {
        try await mapped {
            try await database.read { connection in
                try connection.query(
                    """
                    SELECT \(Self.columns) FROM api_tokens WHERE \(condition) \
                    AND (expires_at IS NULL OR expires_at > UTC_TIMESTAMP())
                    """, [value]
                ).first.map(AccessToken.init(row:))
            }
        }
    }

    /// `lm_` and 256 random bits in hexadecimal.
    private static func makeToken() -> String {
        var random = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        let text = (0..<64).map { _ in digits[Int.random(in: 0..<16, using: &random)] }
        return "lm_" + String(decoding: text, as: UTF8.self)
    }
}

extension AccessToken {
    fileprivate init(row: Row) throws {
        name = try row[0].string
        scope = try row[1].bool ? .write : .read
        createdAt = try row[2].int64
        expiresAt = try row[3].optionalInt64
    }
}

// Integer columns as packed arrays.

import Testing

@testable import MariaDBClient

@Suite struct ColumnTests {
    @Test func twoHundredThousandRows() async throws {
        try await withTable(
            """
            a TINYINT UNSIGNED NOT NULL, b SMALLINT UNSIGNED NOT NULL, c INT UNSIGNED NOT NULL PRIMARY KEY,
            d BIGINT UNSIGNED NOT NULL, e INT NOT NULL, f BIGINT NOT NULL
            """
        ) { pool, table in
            let (a, b, c, d, e, f) = try await pool.read { connection in
                _ = try connection.script(
                    """
                    INSERT INTO t_\(table) SELECT seq & 255, seq & 65535, seq, 18446744073709551615 - seq,
                    100000 - CAST(seq AS SIGNED), -CAST(seq AS SIGNED) * 4294967296 FROM seq_1_to_200000
                    """)
                return try connection.columns(
                    "SELECT * FROM t_\(table) WHERE c > ? ORDER BY c", [0],
                    UInt8.self, UInt16.self, UInt32.self, UInt64.self, Int32.self, Int64.self)
            }
            let rows = UInt32(1)...200_000
            #expect(a == rows.map { UInt8(truncatingIfNeeded: $0) })
            #expect(b == rows.map { UInt16(truncatingIfNeeded: $0) })
            #expect(c == Array(rows))
            #expect(d == rows.map { UInt64.max - UInt64($0) })
            #expect(e == rows.map { 100_000 - Int32($0) })
            #expect(f == rows.map { -Int64($0) << 32 })
            #expect(pool.statistics.roundTrips == 3)
        }
    }

    @Test(arguments: [0, 1, 1023, 1024, 1025, 2048])
    func rowsAroundABlock(count: UInt32) async throws {
        try await withPool(try TestServer.configuration()) { pool in
            let (values, doubled) = try await pool.read { connection in
                try connection.columns(
                    "SELECT seq, seq * 2 FROM seq_1_to_4096 WHERE seq <= ?", [.uint(UInt64(count))],
                    UInt32.self, UInt64.self)
            }
            #expect(values == Array(1..<(count + 1)))
            #expect(doubled == (1..<(UInt64(count) + 1)).map { $0 * 2 })
        }
    }

    @Test(arguments: ["SELECT NULL", "SELECT 70000", "SELECT -1", "SELECT 1, 2"])
    func whatDoesNotFitIsAnError(sql: String) async throws {
        try await withPool(try TestServer.configuration()) { pool in
            let kind = try await errorKind {
                try await pool.read { connection in
                    let values: [UInt16] = try connection.columns(sql, [], UInt16.self)
                    return values
                }
            }
            #expect(kind == .query)
            #expect(try await pool.read { try $0.query("SELECT 1")[0][0].int64 } == 1)
            #expect(pool.statistics.connects == 1)
        }
    }
}

// A number and a string a row, packed.

import Testing

@testable import MariaDBClient

@Suite struct PackedTests {
    @Test func stringsOfEveryLength() async throws {
        try await withPool(try TestServer.configuration()) { pool in
            // Around the slot that they are read through, and far beyond it.
            let lengths = [0, 1, 4095, 4096, 4097, 70_000, 0, 3]
            let rows = lengths.enumerated().map { "SELECT \($0) AS n, REPEAT(CHAR(\(65 + $0)), \($1)) AS s" }
            let sql = "SELECT n, s FROM (\(rows.joined(separator: " UNION ALL "))) t ORDER BY n"
            let packed = try await pool.read { try $0.packed(sql, []) }
            #expect(packed.keys == (0..<8).map { UInt32($0) })
            for (row, length) in lengths.enumerated() {
                let expected = Array(repeating: UInt8(65 + row), count: length)
                #expect(Array(packed.bytes[packed.range(at: row)]) == expected)
            }
            #expect(packed.bytes.count == lengths.reduce(0, +))
        }
    }

    @Test(arguments: ["SELECT 1, NULL", "SELECT NULL, 'a'", "SELECT 1", "SELECT 1, 'a', 2"])
    func whatIsNotANumberAndAStringIsAnError(sql: String) async throws {
        try await withPool(try TestServer.configuration()) { pool in
            let kind = try await errorKind { try await pool.read { try $0.packed(sql, []).count } }
            #expect(kind == .query)
            #expect(try await pool.read { try $0.query("SELECT 1")[0][0].int64 } == 1)
            #expect(pool.statistics.connects == 1)
        }
    }
}

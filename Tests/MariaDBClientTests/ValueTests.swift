// Values go in and come back unchanged, whatever their type, size and bytes.

import Testing

@testable import MariaDBClient

@Suite struct ValueTests {
    @Test func everyTypeRoundTrips() async throws {
        try await withTable(
            "u BIGINT UNSIGNED, i BIGINT, b VARBINARY(255), t VARCHAR(255) CHARACTER SET utf8mb4, s TINYINT UNSIGNED"
        ) { pool, table in
            let rows: [[SQLValue]] = [
                [.uint(.max), .int(.min), .bytes([0, 1, 0, 255]), .text("🦊 é"), 255],
                [0, .int(.max), .bytes([]), .text(""), 0],
                [nil, nil, nil, nil, nil],
                [.uint(1 << 63), -1, .bytes(Array(0...254)), .text("a\u{0}b"), true],
            ]
            let read = try await pool.read { connection in
                for row in rows { _ = try connection.execute("INSERT INTO t_\(table) VALUES (?, ?, ?, ?, ?)", row) }
                return try connection.query("SELECT * FROM t_\(table) ORDER BY u IS NULL, u")
            }
            #expect(read.count == 4)
            #expect(try read[2][0].uint64 == .max)
            #expect(try read[2][1].int64 == .min)
            #expect(try read[2][2].bytes == [0, 1, 0, 255])
            #expect(try read[2][3].string == "🦊 é")
            #expect(try read[2][4].uint64 == 255)
            #expect(try read[0][1].int64 == .max)
            #expect(try read[0][2].bytes == [])
            #expect(try read[0][3].string == "")
            #expect(try read[1][0].uint64 == 1 << 63)
            #expect(try read[1][2].bytes == Array(0...254))
            #expect(try read[1][3].string == "a\u{0}b")
            #expect(try read[1][4].bool)
            #expect((0..<5).allSatisfy { read[3][$0].isNull && read[3][$0].optional == nil })
        }
    }

    @Test func otherTypesReadAsText() async throws {
        try await withPool(try TestServer.configuration()) { pool in
            let row = try await pool.read { connection in
                try connection.query(
                    """
                    SELECT SUM(18446744073709551615), CAST('2024-02-29 12:30:45' AS DATETIME), 1.5e0, NULL, 'x', x'ff00',
                    CAST(-7 AS DECIMAL(5)), b'101'
                    """)
            }[0]
            #expect(row.count == 8)
            #expect(try row[0].uint64 == .max)
            #expect(try row[1].string == "2024-02-29 12:30:45")
            #expect(try row[2].string == "1.5")
            #expect(row[3].isNull)
            #expect(try row[4].bytes == [0x78])
            #expect(try row[5].bytes == [0xFF, 0])
            #expect(try row[6].int64 == -7)
        }
    }

    @Test(arguments: [255, 256, 257, 65_535, 65_536, 65_537, 20 << 20])
    func stringsOfAnySizeRoundTrip(size: Int) async throws {
        try await withTable("id INT PRIMARY KEY, b LONGBLOB") { pool, table in
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            let read = try await pool.read { connection in
                for id in [1, 3] {
                    _ = try connection.execute(
                        "INSERT INTO t_\(table) VALUES (?, ?)", [.int(Int64(id)), .bytes(id == 1 ? bytes : [7])])
                }
                // The short one after the long one is read through slots that have grown.
                return try connection.query("SELECT b, id FROM t_\(table) ORDER BY id")
            }
            #expect(try read[0][0].bytes == bytes)
            #expect(try read[1][0].bytes == [7])
        }
    }

    @Test func rowsAreHandedOutOneByOne() async throws {
        try await withPool(try TestServer.configuration()) { pool in
            struct Enough: Error {}
            let (seen, after) = try await pool.read { connection in
                var seen: [UInt64] = []
                do {
                    try connection.each("SELECT seq FROM seq_1_to_5000") { row in
                        seen.append(try row[0].uint64)
                        if seen.count == 10 { throw Enough() }
                    }
                } catch is Enough {}
                // What was left unread does not disturb the next statement.
                return (seen, try connection.query("SELECT 42")[0][0].uint64)
            }
            #expect(seen == Array(1...10))
            #expect(after == 42)
        }
    }

    @Test func aConnectionIsNotUsedWhileItIsReadFrom() async throws {
        try await withPool(try TestServer.configuration()) { pool in
            let kind = try await errorKind {
                try await pool.read { connection in
                    try connection.each("SELECT seq FROM seq_1_to_3") { _ in
                        _ = try connection.query("SELECT 1")
                    }
                }
            }
            #expect(kind == .query)
            #expect(try await pool.read { try $0.query("SELECT 1")[0][0].int64 } == 1)
            #expect(pool.statistics.connects == 1)
        }
    }

    @Test func readingAColumnAsWhatItIsNotThrows() throws {
        let row = Row(values: [.null, .int(-1), .uint(.max), .bytes([0xFF]), .bytes(Array("12".utf8)), .bytes([])])
        #expect(throws: DatabaseError.self) { try row[0].uint64 }
        #expect(throws: DatabaseError.self) { try row[0].bytes }
        #expect(throws: DatabaseError.self) { try row[1].uint64 }
        #expect(throws: DatabaseError.self) { try row[2].int64 }
        #expect(throws: DatabaseError.self) { try row[2].bytes }
        #expect(throws: DatabaseError.self) { try row[3].string }
        #expect(throws: DatabaseError.self) { try row[3].uint64 }
        #expect(throws: DatabaseError.self) { try row[5].uint64 }
        #expect(throws: DatabaseError.self) { try row[6].uint64 }
        #expect(throws: DatabaseError.self) { try row[-1].bytes }
        #expect(!row[6].isNull)
        #expect(try row[4].uint64 == 12)
    }

    @Test func scriptsGiveOneResultAStatement() async throws {
        try await withTable("id INT PRIMARY KEY AUTO_INCREMENT, v INT") { pool, table in
            let results = try await pool.read { connection in
                try connection.script(
                    """
                    INSERT INTO t_\(table) (v) VALUES (5), (6); UPDATE t_\(table) SET v = v + 1;
                    SELECT id, v, NULL, \(hex: [0, 0xAB]) FROM t_\(table) ORDER BY id; SELECT 1 FROM t_\(table) WHERE FALSE
                    """)
            }
            #expect(results.count == 4)
            #expect(results[0].affectedRows == 2 && results[0].lastInsertID == 1)
            #expect(results[1].affectedRows == 2 && results[1].rows.isEmpty)
            #expect(try results[2].rows.map { try $0[1].uint64 } == [6, 7])
            #expect(results[2].rows[0][2].isNull)
            #expect(try results[2].rows[1][3].bytes == [0, 0xAB])
            #expect(results[3].rows.isEmpty)
        }
    }

    @Test func aWrongNumberOfParametersIsRefused() async throws {
        try await withPool(try TestServer.configuration()) { pool async throws in
            for parameters: [SQLValue] in [[], [1, 2]] {
                #expect(try await errorKind { try await pool.read { try $0.query("SELECT ?", parameters) } } == .query)
            }
            #expect(try await pool.read { try $0.query("SELECT ?", [3])[0][0].int64 } == 3)
        }
    }
}

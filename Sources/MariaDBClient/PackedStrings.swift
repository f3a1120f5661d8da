// A result of two columns, a number and a string, packed: one array of numbers, and the strings one behind the other.

import CMariaDB

/// Strings by number, in the order of the rows.
package struct PackedStrings: Sendable {
    /// The first column.
    package private(set) var keys: [UInt32] = []
    /// The strings of the second, one behind the other.
    package private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []

    package init() {}

    package init(_ strings: some Sequence<(key: UInt32, string: [UInt8])>) {
        for (key, string) in strings {
            string.withUnsafeBytes { append(key, $0) }
        }
    }

    /// Number of rows.
    package var count: Int { keys.count }

    /// Where in ``bytes`` the string of a row is.
    package func range(at row: Int) -> Range<Int> {
        (row == 0 ? 0 : ends[row - 1])..<ends[row]
    }

    fileprivate mutating func append(_ key: UInt32, _ string: UnsafeRawBufferPointer) {
        keys.append(key)
        bytes.append(contentsOf: string)
        ends.append(bytes.count)
    }
}

extension Connection {
    /// Runs a prepared statement that gives an INT UNSIGNED and a string a row, neither of them NULL, and packs them.
    /// The fast way to load what is small and many.
    /// - Throws: ``DatabaseError``; `query` when there are other columns, or a value is NULL.
    package func packed(_ sql: String, _ parameters: [SQLValue]) throws -> PackedStrings {
        try reading(sql, parameters) { statement in
            guard statement.columnCount == 2 else {
                throw DatabaseError.misuse("the result has \(statement.columnCount) columns, not 2")
            }
            return try statement.pack()
        }
    }
}

extension Statement {
    fileprivate func pack() throws(DatabaseError) -> PackedStrings {
        let bindings = PackedBindings()
        var packed = PackedStrings()
        try eachFetch(into: bindings.binds) { handle throws(DatabaseError) in
            guard bindings.take(from: handle, into: &packed) else {
                throw .misuse("a value is NULL, or cannot be read")
            }
        }
        return packed
    }
}

/// Owns the slots that the two columns are fetched into.
private final class PackedBindings {
    let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let key: UnsafeMutablePointer<UInt32>
    private let slot: UnsafeMutableRawBufferPointer
    private let lengths: UnsafeMutablePointer<UInt>
    private let nulls: UnsafeMutablePointer<my_bool>

    init() {
        binds = .allocate(capacity: 2)
        binds.initialize(repeating: MYSQL_BIND(), count: 2)
        key = .allocate(capacity: 1)
        key.initialize(to: 0)
        slot = .allocate(byteCount: 4096, alignment: 8)
        lengths = .allocate(capacity: 2)
        lengths.initialize(repeating: 0, count: 2)
        nulls = .allocate(capacity: 2)
        nulls.initialize(repeating: 0, count: 2)
        for column in 0..<2 {
            binds[column].length = lengths + column
            binds[column].is_null = nulls + column
        }
        binds[0].buffer_type = MYSQL_TYPE_LONG
        binds[0].is_unsigned = 1
        binds[0].buffer = UnsafeMutableRawPointer(key)
        binds[1].buffer_type = MYSQL_TYPE_BLOB
        binds[1].buffer = slot.baseAddress
        binds[1].buffer_length = UInt(slot.count)
    }

    deinit {
        binds.deallocate()
        key.deallocate()
        slot.deallocate()
        lengths.deallocate()
        nulls.deallocate()
    }

    /// Takes the row just fetched; false for a NULL, or where libmariadb failed to give a long string.
    func take(from handle: UnsafeMutablePointer<MYSQL_STMT>, into packed: inout PackedStrings) -> Bool {
        guard nulls[0] == 0, nulls[1] == 0 else { return false }
        let length = Int(lengths[1])
        if length <= slot.count {
            packed.append(key.pointee, UnsafeRawBufferPointer(rebasing: slot[..<length]))
            return true
        }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 8)
        defer { room.deallocate() }
        var bind = MYSQL_BIND()
        bind.buffer_type = MYSQL_TYPE_BLOB
        bind.buffer = room.baseAddress
        bind.buffer_length = UInt(length)
        // libmariadb keeps no pointer to this MYSQL_BIND beyond the call.
        guard mysql_stmt_fetch_column(handle, &bind, 1, 0) == 0 else { return false }
        packed.append(key.pointee, UnsafeRawBufferPointer(room))
        return true
    }
}

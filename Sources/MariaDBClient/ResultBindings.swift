// The columns of a prepared statement's result as rows of values: slots allocated once, strings refetched when they
// turn out longer than their slot.

import CMariaDB

/// What of a column's metadata decides how it is read. ALTER TABLE can change it under a prepared statement.
struct ColumnShape: Equatable {
    let isInteger: Bool
    let isUnsigned: Bool

    init(_ field: MYSQL_FIELD) {
        switch field.type {
        case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG,
            MYSQL_TYPE_YEAR:
            isInteger = true
        default:
            isInteger = false
        }
        isUnsigned = field.flags & UInt32(UNSIGNED_FLAG) != 0
    }
}

/// Owns the memory libmariadb writes columns to. Everything but integers is read as the bytes of its text, whatever
/// its character set (binary, number 63, or not); whether they are UTF-8 is asked when a string is.
final class ResultBindings {
    let shapes: [ColumnShape]
    private let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let integers: UnsafeMutablePointer<UInt64>
    private let lengths: UnsafeMutablePointer<UInt>
    private let nulls: UnsafeMutablePointer<my_bool>
    private var slots: [UnsafeMutableRawBufferPointer]
    private var isStale = false

    /// A string up to this many bytes is read through a slot that grows; a longer one goes straight into its array.
    private static let largestSlot = 65536

    init(_ shapes: [ColumnShape]) {
        self.shapes = shapes
        binds = .allocate(capacity: shapes.count)
        binds.initialize(repeating: MYSQL_BIND(), count: shapes.count)
        integers = .allocate(capacity: shapes.count)
        integers.initialize(repeating: 0, count: shapes.count)
        lengths = .allocate(capacity: shapes.count)
        lengths.initialize(repeating: 0, count: shapes.count)
        nulls = .allocate(capacity: shapes.count)
        nulls.initialize(repeating: 0, count: shapes.count)
        slots = shapes.map { .allocate(byteCount: $0.isInteger ? 0 : 256, alignment: 8) }
        for (index, shape) in shapes.enumerated() {
            binds[index].length = lengths + index
            binds[index].is_null = nulls + index
            if shape.isInteger {
                binds[index].buffer_type = MYSQL_TYPE_LONGLONG
                binds[index].buffer = UnsafeMutableRawPointer(integers + index)
                binds[index].is_unsigned = shape.isUnsigned ? 1 : 0
            } else {
                binds[index].buffer_type = MYSQL_TYPE_BLOB
                pointAtSlot(index)
            }
        }
    }

    deinit {
        binds.deallocate()
        integers.deallocate()
        lengths.deallocate()
        nulls.deallocate()
        for slot in slots { slot.deallocate() }
    }

    /// Binds the slots for the result that the statement is about to be read from.
    func bind(to statement: UnsafeMutablePointer<MYSQL_STMT>) -> Bool {
        isStale = false
        return mysql_stmt_bind_result(statement, binds) == 0
    }

    /// The row just fetched, and the slots made ready for the next.
    /// - Returns: `nil` when libmariadb failed to give a long column.
    func row(of statement: UnsafeMutablePointer<MYSQL_STMT>) -> Row? {
        var values: [SQLValue] = []
        values.reserveCapacity(shapes.count)
        for (index, shape) in shapes.enumerated() {
            if nulls[index] != 0 {
                values.append(.null)
            } else if shape.isInteger {
                values.append(shape.isUnsigned ? .uint(integers[index]) : .int(Int64(bitPattern: integers[index])))
            } else {
                guard let bytes = string(index, of: statement) else { return nil }
                values.append(.bytes(bytes))
            }
        }
        if isStale { guard bind(to: statement) else { return nil } }
        return Row(values: values)
    }

    private func string(_ index: Int, of statement: UnsafeMutablePointer<MYSQL_STMT>) -> [UInt8]? {
        let length = Int(lengths[index])
        if length <= slots[index].count {
            return Array(slots[index][..<length])
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { target, count in
            var bind = MYSQL_BIND()
            bind.buffer_type = MYSQL_TYPE_BLOB
            bind.buffer = UnsafeMutableRawPointer(target.baseAddress)
            bind.buffer_length = UInt(length)
            // libmariadb keeps no pointer to this MYSQL_BIND beyond the call.
            count = mysql_stmt_fetch_column(statement, &bind, UInt32(index), 0) == 0 ? length : 0
        }
        if length <= Self.largestSlot {
            slots[index].deallocate()
            slots[index] = .allocate(byteCount: min(length * 2, Self.largestSlot), alignment: 8)
            pointAtSlot(index)
            isStale = true
        }
        return bytes.count == length ? bytes : nil
    }

    private func pointAtSlot(_ index: Int) {
        binds[index].buffer = slots[index].baseAddress
        binds[index].buffer_length = UInt(slots[index].count)
    }
}

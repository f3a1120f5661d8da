// The columns of a result as packed arrays of integers: libmariadb writes each value into a fixed slot, the slots
// are collected in blocks, and a block at a time is appended to the typed arrays.

import CMariaDB

/// One column on its way into an array. The class is what the loop over rows sees; ``ColumnSink`` knows the type.
class ColumnBlock {
    let width: Int
    let fieldType: enum_field_types
    let isUnsigned: Bool
    let block: UnsafeMutableRawPointer

    /// Rows collected before they are appended.
    static let rows = 1024

    init(width: Int, fieldType: enum_field_types, isUnsigned: Bool) {
        self.width = width
        self.fieldType = fieldType
        self.isUnsigned = isUnsigned
        block = .allocate(byteCount: width * Self.rows, alignment: 8)
    }

    deinit { block.deallocate() }

    /// Appends the first `count` values of the block to the array.
    func flush(_ count: Int) {}
}

final class ColumnSink<Integer: ColumnInteger>: ColumnBlock {
    private(set) var values: [Integer] = []

    init() {
        super.init(
            width: MemoryLayout<Integer>.size, fieldType: Integer.fieldType, isUnsigned: !Integer.isSigned)
    }

    override func flush(_ count: Int) {
        values.append(
            contentsOf: UnsafeBufferPointer(start: block.assumingMemoryBound(to: Integer.self), count: count))
    }
}

/// Owns the slots that the columns are fetched into. A NULL or a value that does not fit ends the load with an error.
final class ColumnBindings {
    private let columns: [ColumnBlock]
    private let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let slots: UnsafeMutablePointer<UInt64>
    private let nulls: UnsafeMutablePointer<my_bool>
    private var filled = 0

    init(_ columns: [ColumnBlock]) {
        self.columns = columns
        binds = .allocate(capacity: columns.count)
        binds.initialize(repeating: MYSQL_BIND(), count: columns.count)
        slots = .allocate(capacity: columns.count)
        slots.initialize(repeating: 0, count: columns.count)
        nulls = .allocate(capacity: columns.count)
        nulls.initialize(repeating: 0, count: columns.count)
        for (index, column) in columns.enumerated() {
            binds[index].buffer_type = column.fieldType
            binds[index].buffer = UnsafeMutableRawPointer(slots + index)
            binds[index].is_unsigned = column.isUnsigned ? 1 : 0
            binds[index].is_null = nulls + index
        }
    }

    deinit {
        binds.deallocate()
        slots.deallocate()
        nulls.deallocate()
    }

    func bind(to statement: UnsafeMutablePointer<MYSQL_STMT>) -> Bool {
        mysql_stmt_bind_result(statement, binds) == 0
    }

    /// Takes the row just fetched.
    /// - Returns: the index of a column that is NULL, if one is.
    func take() -> Int? {
        for (index, column) in columns.enumerated() {
            guard nulls[index] == 0 else { return index }
            (column.block + filled * column.width).copyMemory(from: slots + index, byteCount: column.width)
        }
        filled += 1
        if filled == ColumnBlock.rows { flush() }
        return nil
    }

    /// Appends what is still in the blocks.
    func flush() {
        for column in columns { column.flush(filled) }
        filled = 0
    }
}

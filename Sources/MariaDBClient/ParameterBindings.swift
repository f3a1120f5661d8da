// The parameters of a prepared statement: one array of MYSQL_BIND and one buffer, allocated once and written anew
// before each execution.

import CMariaDB

/// Owns the memory libmariadb reads parameters from. Strings are copied into one buffer that grows with them and is
/// given back when it has grown large.
final class ParameterBindings {
    let count: Int
    private let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let integers: UnsafeMutablePointer<UInt64>
    private let lengths: UnsafeMutablePointer<UInt>
    private var strings = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)

    private static let keptBytes = 65536

    init(count: Int) {
        self.count = count
        binds = .allocate(capacity: count)
        binds.initialize(repeating: MYSQL_BIND(), count: count)
        integers = .allocate(capacity: count)
        integers.initialize(repeating: 0, count: count)
        lengths = .allocate(capacity: count)
        lengths.initialize(repeating: 0, count: count)
    }

    deinit {
        binds.deallocate()
        integers.deallocate()
        lengths.deallocate()
        strings.deallocate()
    }

    /// Writes `values`, of which there are ``count``, and hands them to the statement.
    /// - Returns: whether libmariadb took them.
    func bind(_ values: [SQLValue], to statement: UnsafeMutablePointer<MYSQL_STMT>) -> Bool {
        makeRoom(for: values)
        var used = 0
        for (index, value) in values.enumerated() {
            switch value {
            case .null:
                binds[index].buffer_type = MYSQL_TYPE_NULL
            case .int(let value):
                setInteger(index, UInt64(bitPattern: value), isUnsigned: false)
            case .uint(let value):
                setInteger(index, value, isUnsigned: true)
            case .bytes(let bytes):
                bytes.withUnsafeBytes { setString(index, MYSQL_TYPE_BLOB, $0, &used) }
            case .text(var text):
                text.withUTF8 { setString(index, MYSQL_TYPE_STRING, UnsafeRawBufferPointer($0), &used) }
            }
        }
        return mysql_stmt_bind_param(statement, binds) == 0
    }

    /// Gives a large buffer back after the execution, so that one large value does not stay for the statement's life.
    func release() {
        guard strings.count > Self.keptBytes else { return }
        resize(to: 256)
    }

    private func makeRoom(for values: [SQLValue]) {
        var total = 0
        for value in values {
            switch value {
            case .bytes(let bytes): total += bytes.count
            case .text(let text): total += text.utf8.count
            default: break
            }
        }
        if total > strings.count { resize(to: total) }
    }

    private func resize(to count: Int) {
        strings.deallocate()
        strings = .allocate(byteCount: count, alignment: 8)
    }

    private func setInteger(_ index: Int, _ value: UInt64, isUnsigned: Bool) {
        integers[index] = value
        binds[index].buffer_type = MYSQL_TYPE_LONGLONG
        binds[index].buffer = UnsafeMutableRawPointer(integers + index)
        binds[index].is_unsigned = isUnsigned ? 1 : 0
    }

    private func setString(
        _ index: Int, _ type: enum_field_types, _ bytes: UnsafeRawBufferPointer, _ used: inout Int
    ) {
        let target = UnsafeMutableRawBufferPointer(rebasing: strings[used...])
        target.copyMemory(from: bytes)
        used += bytes.count
        lengths[index] = UInt(bytes.count)
        binds[index].buffer_type = type
        binds[index].buffer = target.baseAddress ?? strings.baseAddress
        binds[index].buffer_length = UInt(bytes.count)
        binds[index].length = lengths + index
        binds[index].is_unsigned = 0
    }
}

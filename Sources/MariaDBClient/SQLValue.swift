// A value bound to a `?` of a prepared statement, or read from a column.

package enum SQLValue: Sendable, Equatable {
    case null
    case int(Int64)
    case uint(UInt64)
    /// Binary string; any byte, NUL included.
    case bytes([UInt8])
    /// Character string, sent as UTF-8.
    case text(String)

    /// `nil` becomes NULL.
    package init(_ value: UInt64?) { self = value.map(SQLValue.uint) ?? .null }
    package init(_ value: Int64?) { self = value.map(SQLValue.int) ?? .null }
    package init(_ value: [UInt8]?) { self = value.map(SQLValue.bytes) ?? .null }
    package init(_ value: String?) { self = value.map(SQLValue.text) ?? .null }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral, ExpressibleByBooleanLiteral
{
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: UInt8...) { self = .bytes(elements) }
    /// MySQL's booleans are 0 and 1.
    package init(booleanLiteral value: Bool) { self = .int(value ? 1 : 0) }
}

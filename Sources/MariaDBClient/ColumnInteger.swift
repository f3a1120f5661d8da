// The integer types that a column can be loaded into as a packed array.

import CMariaDB

/// A fixed-width integer that libmariadb writes in place. Bind the type the column has (UInt32 for INT UNSIGNED):
/// another type works, but costs a conversion a value, and a value that does not fit is an error.
package protocol ColumnInteger: FixedWidthInteger, BitwiseCopyable, Sendable {}

extension UInt8: ColumnInteger {}
extension UInt16: ColumnInteger {}
extension UInt32: ColumnInteger {}
extension UInt64: ColumnInteger {}
extension Int32: ColumnInteger {}
extension Int64: ColumnInteger {}

extension ColumnInteger {
    /// The wire type with this type's width.
    static var fieldType: enum_field_types {
        switch MemoryLayout<Self>.size {
        case 1: MYSQL_TYPE_TINY
        case 2: MYSQL_TYPE_SHORT
        case 4: MYSQL_TYPE_LONG
        default: MYSQL_TYPE_LONGLONG
        }
    }
}

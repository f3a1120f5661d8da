// One row of a result, read column by column; a value that is not what it is read as is an error, never a trap.

/// The columns of a row by their place in the SELECT list, from 0.
package struct Row: Sendable, Equatable {
    let values: [SQLValue]

    /// Number of columns.
    package var count: Int { values.count }

    /// The column at `index`. Reading a column that the row does not have throws when its value is asked for.
    package subscript(index: Int) -> Cell {
        Cell(value: values.indices.contains(index) ? values[index] : Optional.none, index: index)
    }

    /// One column of one row. Integer columns arrive as integers; DECIMAL (what SUM gives), dates and everything from
    /// a script arrive as text, from which the integer accessors read decimal digits.
    package struct Cell: Sendable {
        let value: SQLValue?
        let index: Int

        /// Whether the column is NULL. A column that does not exist is not NULL.
        package var isNull: Bool { value == .null }

        /// The cell, or `nil` where it is NULL: `try row[2].optional?.uint64`.
        package var optional: Cell? { isNull ? nil : self }

        /// - Throws: ``DatabaseError`` (`query`) when NULL, negative, too large or not a number.
        package var uint64: UInt64 {
            get throws {
                switch value {
                case .uint(let value): return value
                case .int(let value): if let value = UInt64(exactly: value) { return value }
                case .bytes(let digits): if let value: UInt64 = decimal(digits) { return value }
                case .text(let digits): if let value = UInt64(digits) { return value }
                case .null, nil: break
                }
                throw mismatch("an unsigned integer")
            }
        }

        /// - Throws: ``DatabaseError`` (`query`) when NULL, too large or not a number.
        package var int64: Int64 {
            get throws {
                switch value {
                case .int(let value): return value
                case .uint(let value): if let value = Int64(exactly: value) { return value }
                case .bytes(let digits): if let value: Int64 = decimal(digits) { return value }
                case .text(let digits): if let value = Int64(digits) { return value }
                case .null, nil: break
                }
                throw mismatch("an integer")
            }
        }

        /// Zero is false, any other integer is true.
        package var bool: Bool { get throws { try int64 != 0 } }

        /// The bytes of a string, as the server sent them.
        /// - Throws: ``DatabaseError`` (`query`) when NULL or an integer.
        package var bytes: [UInt8] {
            get throws {
                switch value {
                case .bytes(let bytes): return bytes
                case .text(let text): return Array(text.utf8)
                default: throw mismatch("a string")
                }
            }
        }

        /// A string that is valid UTF-8.
        /// - Throws: ``DatabaseError`` (`query`) when NULL, an integer, or not UTF-8.
        package var string: String {
            get throws {
                if case .text(let text) = value { return text }
                guard let text = String(validating: try bytes, as: UTF8.self) else { throw mismatch("UTF-8") }
                return text
            }
        }

        private func decimal<Number: FixedWidthInteger>(_ digits: [UInt8]) -> Number? {
            Number(String(decoding: digits, as: UTF8.self))
        }

        /// Names what was found by type only: values stay out of errors.
        private func mismatch(_ wanted: String) -> DatabaseError {
            let found =
                switch value {
                case nil: "missing"
                case .null: "NULL"
                case .int, .uint: "an integer out of range"
                case .bytes, .text: "a string"
                }
            return DatabaseError(kind: .query, message: "column \(index) is \(found), not \(wanted)")
        }
    }
}

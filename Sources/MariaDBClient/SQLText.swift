/// Text of SQL for the text protocol, into which only integers and hexadecimal literals can be written.
///
/// A script goes to the server without placeholders, so what is interpolated must not be able to change its meaning.
/// The type holds that: a string cannot be interpolated at all, bytes become `x'..'`.
package struct SQLText: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The statements as they are sent.
    package private(set) var text: String

    package init(stringLiteral value: StaticString) {
        text = value.description
    }

    package init(stringInterpolation: Interpolation) {
        text = stringInterpolation.text
    }

    package static func + (left: SQLText, right: SQLText) -> SQLText {
        var sum = left
        sum.text += right.text
        return sum
    }

    package static func += (left: inout SQLText, right: SQLText) {
        left.text += right.text
    }

    /// What may stand between the literal parts of a script.
    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var text: String

        package init(literalCapacity: Int, interpolationCount: Int) {
            text = ""
            text.reserveCapacity(literalCapacity + interpolationCount * 12)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            literal.withUTF8Buffer { text += String(decoding: $0, as: UTF8.self) }
        }

        package mutating func appendInterpolation(_ integer: some FixedWidthInteger) {
            text += String(integer)
        }

        /// NULL or the integer.
        package mutating func appendInterpolation(_ integer: (some FixedWidthInteger)?) {
            text += integer.map { String($0) } ?? "NULL"
        }

        /// A hexadecimal literal, which MySQL takes as a binary string.
        package mutating func appendInterpolation(hex bytes: some Sequence<UInt8>) {
            appendInterpolation(hex: Array(bytes))
        }

        /// A hexadecimal literal, which MySQL takes as a binary string.
        package mutating func appendInterpolation(hex bytes: [UInt8]) {
            text += "x'"
            // All at once: a header of some kilobytes, digit by digit, would cost more than all else that its row takes.
            text += String(unsafeUninitializedCapacity: 2 * bytes.count) { digits in
                for (index, byte) in bytes.enumerated() {
                    digits[2 * index] = Self.digit(byte >> 4)
                    digits[2 * index + 1] = Self.digit(byte & 15)
                }
                return 2 * bytes.count
            }
            text += "'"
        }

        /// What locks the rows that a SELECT finds.
        ///
        /// - Parameter skipsLocked: passes over those that another transaction has locked, instead of waiting.
        package mutating func appendInterpolation(forUpdate skipsLocked: Bool) {
            text += skipsLocked ? "FOR UPDATE SKIP LOCKED" : "FOR UPDATE"
        }

        /// A part that is SQL text itself.
        package mutating func appendInterpolation(_ part: SQLText) {
            text += part.text
        }

        /// Parts separated by commas.
        package mutating func appendInterpolation(list parts: some Sequence<SQLText>) {
            text += parts.lazy.map(\.text).joined(separator: ",")
        }

        /// Integers separated by commas.
        package mutating func appendInterpolation(list integers: some Sequence<some FixedWidthInteger>) {
            text += integers.lazy.map { String($0) }.joined(separator: ",")
        }

        /// What the column `id` has a value for: a number chosen by it.
        package mutating func appendInterpolation(
            byID values: some Sequence<(id: UInt64, value: some FixedWidthInteger)>
        ) {
            text += "CASE id"
            for (id, value) in values { text += " WHEN \(id) THEN \(value)" }
            text += " END"
        }

        private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 55 + nibble }
    }
}

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
            text += "x'"
            for byte in bytes {
                text.unicodeScalars.append(Self.digit(byte >> 4))
                text.unicodeScalars.append(Self.digit(byte & 15))
            }
            text += "'"
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

        private static func digit(_ nibble: UInt8) -> Unicode.Scalar {
            Unicode.Scalar(nibble < 10 ? 48 + nibble : 55 + nibble)
        }
    }
}

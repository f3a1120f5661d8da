// Mailbox names as IMAP4rev1 writes them: ASCII, with everything else in shifted base64 of UTF-16.

/// The modified UTF-7 of mailbox names.
///
/// RFC 3501 5.1.3: printable ASCII stands for itself, "&" is written "&-", and all else is UTF-16 (big-endian) in modified
/// base64 between "&" and "-".
///
/// A name has one spelling. Whatever does not encode back to the bytes it came from (printable ASCII in base64, two
/// shifts where one would do, bits left over) is refused, as the RFC has it, so that no mailbox can be reached, or
/// access to it be decided, under two names.
package enum ModifiedUTF7 {
    /// Why, and where, a name is not modified UTF-7.
    package struct DecodingError: Error, Hashable, Sendable {
        package enum Reason: Hashable, Sendable {
            /// A control character or a byte above 0x7E.
            case forbiddenByte
            /// "&" without its "-".
            case unterminatedShift
            /// Not base64, or not UTF-16, or a NUL.
            case malformedShift
            /// Decodes, but is not how the name is written.
            case notCanonical
        }

        package var reason: Reason
        /// From the start of the name.
        package var offset: Int

        package init(reason: Reason, offset: Int) {
            self.reason = reason
            self.offset = offset
        }
    }

    /// The name in UTF-8.
    package static func decode(_ name: some RandomAccessCollection<UInt8>) throws(DecodingError) -> [UInt8] {
        let input = Array(name)
        guard let special = input.firstIndex(where: { $0 == UInt8(ascii: "&") || !isDirect($0) }) else { return input }
        var output = Array(input[..<special])
        var position = special
        while position < input.count {
            let byte = input[position]
            if byte != UInt8(ascii: "&") {
                guard isDirect(byte) else { throw DecodingError(reason: .forbiddenByte, offset: position) }
                output.append(byte)
                position += 1
                continue
            }
            guard let end = input[position...].firstIndex(of: UInt8(ascii: "-")) else {
                throw DecodingError(reason: .unterminatedShift, offset: position)
            }
            if end == position + 1 {
                output.append(UInt8(ascii: "&"))
            } else if !appendShifted(input[(position + 1)..<end], to: &output) {
                throw DecodingError(reason: .malformedShift, offset: position)
            }
            position = end + 1
        }
        let canonical = encode(output)
        guard canonical == input else {
            let same = zip(canonical, input).prefix { $0 == $1 }.count
            throw DecodingError(reason: .notCanonical, offset: same)
        }
        return output
    }

    /// The name, which must be UTF-8, in modified UTF-7. Malformed UTF-8 becomes U+FFFD.
    package static func encode(_ utf8: some Collection<UInt8>) -> [UInt8] {
        if utf8.allSatisfy({ isDirect($0) && $0 != UInt8(ascii: "&") }) { return Array(utf8) }
        var output: [UInt8] = []
        var shifted: [UInt8] = []
        for scalar in String(decoding: utf8, as: UTF8.self).unicodeScalars {
            if scalar.isASCII, isDirect(UInt8(truncatingIfNeeded: scalar.value)) {
                endShift(&shifted, into: &output)
                output.append(UInt8(truncatingIfNeeded: scalar.value))
                if scalar == "&" { output.append(UInt8(ascii: "-")) }
            } else {
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    shifted.append(UInt8(truncatingIfNeeded: unit >> 8))
                    shifted.append(UInt8(truncatingIfNeeded: unit))
                }
            }
        }
        endShift(&shifted, into: &output)
        return output
    }

    private static func isDirect(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }

    private static func endShift(_ shifted: inout [UInt8], into output: inout [UInt8]) {
        guard !shifted.isEmpty else { return }
        output.append(UInt8(ascii: "&"))
        Base64.encode(shifted, alphabet: .modified, padded: false, into: &output)
        output.append(UInt8(ascii: "-"))
        shifted.removeAll(keepingCapacity: true)
    }

    /// Appends what the base64 between "&" and "-" stands for; false when it is malformed.
    private static func appendShifted(_ characters: ArraySlice<UInt8>, to output: inout [UInt8]) -> Bool {
        guard let bytes = Base64.decodeUnpadded(characters, alphabet: .modified), bytes.count % 2 == 0 else {
            return false
        }
        let units = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        guard !units.contains(0) else { return false }
        let isMalformed = transcode(
            units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: true
        ) { output.append($0) }
        return !isMalformed
    }
}

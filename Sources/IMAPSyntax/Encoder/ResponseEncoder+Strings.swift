// Strings in the form that can carry them: quoted where possible, a literal where not.

import Glibc

extension ResponseEncoder {
    /// Longest string put in quotes; a longer one is a literal, which clients read without looking at each byte.
    private static let longestQuoted = 1024

    /// What a NUL in a literal is written as: CHAR8 has no NUL, and only a literal8 may hold one.
    private static let nulReplacement: UInt8 = 0x80

    ///     nstring = string / nil
    package mutating func append(nstring value: ArraySlice<UInt8>?) {
        if let value { append(string: value) } else { append("NIL") }
    }

    ///     string = quoted / literal
    package mutating func append(string value: ArraySlice<UInt8>) {
        value.withUnsafeBufferPointer { append(string: $0) }
    }

    package mutating func append(string value: [UInt8]) {
        value.withUnsafeBufferPointer { append(string: $0) }
    }

    /// A string that may be written as an atom: a mailbox name, the name of a header field.
    ///
    ///     astring = 1*ASTRING-CHAR / string
    package mutating func append(astring value: [UInt8]) {
        let isAtom =
            !value.isEmpty && value.count <= ResponseEncoder.longestQuoted
            && value.allSatisfy(ByteClass.isAStringCharacter)
        // NIL as an atom would read as no string at all.
        if isAtom, !value.elementsEqual("NIL".utf8, by: { ByteClass.upper($0) == $1 }) {
            appendVerbatim(value)
        } else {
            append(string: value)
        }
    }

    /// What a string is made of, found in one pass.
    private struct Composition {
        var holdsSpecials = false
        var holdsControls = false
        var holdsNul = false
        var holdsEightBit = false

        init(_ value: UnsafeBufferPointer<UInt8>) {
            var specials: UInt8 = 0
            var controls: UInt8 = 0
            var nuls: UInt8 = 0
            var all: UInt8 = 0
            for byte in value {
                specials |= byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 1 : 0
                controls |= (byte < 0x20 && byte != 0x09) || byte == 0x7F ? 1 : 0
                nuls |= byte == 0 ? 1 : 0
                all |= byte
            }
            holdsSpecials = specials != 0
            holdsControls = controls != 0
            holdsNul = nuls != 0
            holdsEightBit = all & 0x80 != 0
        }
    }

    mutating func append(string value: UnsafeBufferPointer<UInt8>) {
        let composition = Composition(value)
        let isQuotable =
            !composition.holdsControls && value.count <= ResponseEncoder.longestQuoted
            && (!composition.holdsEightBit || (usesUTF8 && UTF8Validation.isWellFormed(value)))
        guard isQuotable else {
            append(literal: value, holdsNul: composition.holdsNul)
            return
        }
        append(UInt8(ascii: "\""))
        if composition.holdsSpecials {
            for byte in value {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { append(UInt8(ascii: "\\")) }
                append(byte)
            }
        } else {
            append(value)
        }
        append(UInt8(ascii: "\""))
    }

    ///     literal = "{" number64 "}" CRLF *CHAR8
    private mutating func append(literal value: UnsafeBufferPointer<UInt8>, holdsNul: Bool) {
        append(literalOf: UInt64(value.count), binary: false)
        if holdsNul {
            for byte in value { append(byte == 0 ? ResponseEncoder.nulReplacement : byte) }
        } else {
            append(value)
        }
    }

    /// The announcement of a literal of `size` bytes; the bytes must follow.
    mutating func append(literalOf size: UInt64, binary: Bool) {
        append(binary ? "~{" : "{")
        append(number: size)
        append("}\r\n")
    }

    /// `content` as a literal, whatever it holds; a literal8 if it holds a NUL and `mayBeBinary`.
    mutating func append(content: ArraySlice<UInt8>, mayBeBinary: Bool) {
        content.withUnsafeBufferPointer { buffer in
            let holdsNul = buffer.contains(0)
            if holdsNul, mayBeBinary {
                append(literalOf: UInt64(buffer.count), binary: true)
                append(buffer)
            } else {
                append(literal: buffer, holdsNul: holdsNul)
            }
        }
    }

    /// Makes `chunk`, a piece of a literal that is streamed, fit for it: each NUL becomes 0x80, as where the encoder
    /// writes a literal itself.
    package static func replaceNULs(in chunk: inout [UInt8]) {
        // All that a client is sent of messages passes here, and hardly ever has any.
        let hasNUL = chunk.withUnsafeBytes { bytes in
            bytes.baseAddress.flatMap { memchr($0, 0, bytes.count) } != nil
        }
        guard hasNUL else { return }
        for index in chunk.indices where chunk[index] == 0 { chunk[index] = nulReplacement }
    }

    ///     mailbox = "INBOX" / astring
    package mutating func append(mailbox: MailboxName) {
        append(astring: usesUTF8 ? mailbox.utf8 : ModifiedUTF7.encode(mailbox.utf8))
    }

    ///     (DQUOTE QUOTED-CHAR DQUOTE / nil)
    mutating func append(delimiter: UInt8?) {
        guard let delimiter else { return append("NIL") }
        append(string: [delimiter])
    }
}

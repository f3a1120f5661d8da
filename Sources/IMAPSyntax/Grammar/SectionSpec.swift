// Which part of a message BODY[...] names.

/// A section of a message.
///
/// RFC 9051 6.4.5.1
///
///     section      = "[" [section-spec] "]"
///     section-spec = section-msgtext / (section-part ["." section-text])
///     section-part = nz-number *("." nz-number)
package struct SectionSpec: Hashable, Sendable {
    /// Part numbers from the outside in; empty for the message itself.
    package var part: [UInt32]
    /// Which text of that part; nil for the whole part.
    package var text: SectionText?

    /// The whole message: `BODY[]`.
    package static let whole = SectionSpec()

    package init(part: [UInt32] = [], text: SectionText? = nil) {
        self.part = part
        self.text = text
    }
}

/// A text of a part.
///
///     section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"
///     section-text    = section-msgtext / "MIME"
///     header-list     = "(" header-fld-name *(SP header-fld-name) ")"
package enum SectionText: Hashable, Sendable {
    case header
    /// The names as the client wrote them, at least one; they compare without case.
    case headerFields([[UInt8]])
    case headerFieldsNot([[UInt8]])
    case text
    /// Only after a part number.
    case mime
}

/// The octets of a section that a client wants.
///
///     partial = "<" number64 "." nz-number64 ">"
package struct Partial: Hashable, Sendable {
    /// The first octet, from 0.
    package var offset: UInt64
    /// The largest number of octets, at least 1.
    package var length: UInt64

    package init(offset: UInt64, length: UInt64) {
        self.offset = offset
        self.length = length
    }

    /// The octets of a text of `size` octets that the partial covers; empty when it begins at or after the end.
    package func range(inSize size: UInt64) -> Range<UInt64> {
        let start = min(offset, size)
        return start..<(start + min(length, size - start))
    }
}

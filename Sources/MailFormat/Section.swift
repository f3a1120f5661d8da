// Which bytes of a message a section of IMAP's BODY[...] names.

/// A section of a message.
///
///     section      = "[" [section-spec] "]"                                       RFC 9051 9
///     section-spec = section-msgtext / (section-part ["." section-text])
///
/// HEADER.FIELDS is the section of kind `header`, from whose bytes ``HeaderBlock`` then chooses.
package struct Section: Sendable, Hashable {
    /// What of the part is meant.
    package enum Kind: Sendable, Hashable {
        /// All of it: `BODY[]` with the header, `BODY[1]` the body of part 1.
        case whole
        /// `HEADER`: the header of the message, or of the message in a message/rfc822 part.
        case header
        /// `TEXT`: the body of the message, or of the message in a message/rfc822 part.
        case text
        /// `MIME`: the MIME header of the part.
        case mime
    }

    /// The part numbers, from 1; empty for the message itself.
    package var path: [Int]
    /// What of the part is meant.
    package var kind: Kind

    package init(path: [Int] = [], kind: Kind = .whole) {
        self.path = path
        self.kind = kind
    }
}

extension BodyPart {
    /// The part a path of part numbers leads to, this being the root of a message (RFC 9051 6.4.5.1). The empty path
    /// leads here. A message that is no multipart has one part, 1, which is itself; the numbers of a message/rfc822
    /// part are those of the message in it. Nil when there is no such part.
    package func part(at path: [Int]) -> BodyPart? {
        var current = self
        var isMessage = true
        for number in path {
            // The part numbers of an embedded message are those of its structure.
            if !isMessage, let embedded = current.embedded {
                current = embedded.structure
                isMessage = true
            }
            if case .multipart(let children) = current.contents {
                guard number >= 1, number <= children.count else { return nil }
                current = children[number - 1]
            } else {
                guard isMessage, number == 1 else { return nil }
            }
            isMessage = false
        }
        return current
    }

    /// Where the bytes of a section stand in the message, this being the root of its structure (RFC 9051 6.4.5.1).
    ///
    /// - Returns: the range in bytes from the start of the message; nil when the message has no such section, which is
    ///   also so for `HEADER` and `TEXT` of a part that is no message and for `MIME` without a part number.
    package func range(of section: Section) -> Range<UInt64>? {
        guard let part = part(at: section.path) else { return nil }
        if section.path.isEmpty {
            switch section.kind {
            case .whole: return part.start..<part.bodyEnd
            case .header: return part.header
            case .text: return part.body
            case .mime: return nil
            }
        }
        switch section.kind {
        case .whole: return part.body
        case .mime: return part.header
        case .header: return part.embedded?.structure.header
        case .text: return part.embedded?.structure.body
        }
    }
}

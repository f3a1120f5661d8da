// The tree of a message's body parts: what each is, and where in the message it stands.

/// One body part, or the message itself (RFC 2045, RFC 9051 7.5.2). Names of types, encodings and parameters are in
/// lower case; values are bytes as they stand in the header, unfolded, without NUL, CR or LF.
package struct BodyPart: Sendable, Equatable {
    /// What is inside a part.
    package enum Contents: Sendable, Equatable {
        /// Content; nothing in it can be addressed.
        case leaf
        /// The parts of a multipart, at least one. A multipart that has none, be it that its boundary parameter is
        /// missing or that no line has it, is given an empty text/plain part, for IMAP cannot say "no parts".
        case multipart([BodyPart])
        /// The message in a message/rfc822 or message/global part.
        indirect case message(EmbeddedMessage)
    }

    /// How deep parts nest at most, in the parser and in what ``init(encoded:)`` accepts.
    package static let maximumDepth = 128

    /// The media type, such as "text".
    package var mediaType: String
    /// The media subtype, such as "plain".
    package var subtype: String
    /// The parameters of the Content-Type in their order; for text/plain without a charset, us-ascii is added.
    package var parameters: [Parameter]
    /// The Content-ID, with its angle brackets.
    package var id: [UInt8]?
    /// The Content-Description; it may hold encoded words (RFC 2047).
    package var description: [UInt8]?
    /// The Content-Transfer-Encoding; "7bit" when the header has none (RFC 2045 6.1).
    package var encoding: String
    /// The Content-MD5 (RFC 1864), not checked.
    package var md5: [UInt8]?
    /// The Content-Disposition (RFC 2183).
    package var disposition: Disposition?
    /// The tags of the Content-Language (RFC 3282).
    package var language: [[UInt8]]
    /// The Content-Location (RFC 2557).
    package var location: [UInt8]?
    /// The number of line ends (LF) in the body, as sent.
    package var lines: UInt64
    /// What is inside.
    package var contents: Contents

    let start: UInt64
    let bodyStart: UInt64
    let bodyEnd: UInt64

    /// Where the header stands in the message: the MIME header of a part, or the header of a message; with the blank
    /// line, if there is one.
    package var header: Range<UInt64> { start..<bodyStart }

    /// Where the body stands in the message, in its transfer encoding. The line end before a boundary belongs to the
    /// boundary (RFC 2046 5.1.1), not to the body.
    package var body: Range<UInt64> { bodyStart..<bodyEnd }

    /// The size of the body in bytes, in its transfer encoding.
    package var octets: UInt64 { bodyEnd - bodyStart }

    /// Whether the media type is multipart.
    package var isMultipart: Bool {
        if case .multipart = contents { true } else { false }
    }

    /// The parts of a multipart; of anything else none.
    package var children: [BodyPart] {
        if case .multipart(let parts) = contents { parts } else { [] }
    }

    /// The message in a message/rfc822 or message/global part.
    package var embedded: EmbeddedMessage? {
        if case .message(let message) = contents { message } else { nil }
    }

    /// The value of the first parameter of that name (in lower case), nil when there is none.
    package func parameter(_ name: String) -> [UInt8]? {
        parameters.first { $0.name == name }?.value
    }

    init(
        fields: MIMEFields, start: UInt64, bodyStart: UInt64, bodyEnd: UInt64, lines: UInt64, contents: Contents
    ) {
        mediaType = fields.mediaType
        subtype = fields.subtype
        parameters = fields.parameters
        id = fields.id
        description = fields.description
        encoding = fields.encoding
        md5 = fields.md5
        disposition = fields.disposition
        language = fields.language
        location = fields.location
        self.lines = lines
        self.contents = contents
        self.start = start
        self.bodyStart = max(start, bodyStart)
        self.bodyEnd = max(start, bodyStart, bodyEnd)
    }

    /// The empty text/plain part that stands in for the parts a multipart lacks.
    static func empty(at offset: UInt64) -> BodyPart {
        BodyPart(fields: MIMEFields(), start: offset, bodyStart: offset, bodyEnd: offset, lines: 0, contents: .leaf)
    }
}

/// The message in a message/rfc822 or message/global part.
package struct EmbeddedMessage: Sendable, Equatable {
    /// The envelope of the embedded message.
    package var envelope: Envelope
    /// The body structure of the embedded message; its header is the header of that message.
    package var structure: BodyPart

    package init(envelope: Envelope, structure: BodyPart) {
        self.envelope = envelope
        self.structure = structure
    }
}

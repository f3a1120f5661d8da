// An entity (message or part) whose end has not been seen yet.

/// An entity that is being read.
struct OpenEntity: Sendable {
    /// What the entity's body is.
    enum Body: Sendable {
        /// Content, or an epilogue: nothing in it is looked at.
        case leaf
        /// Parts between lines of this boundary, of type message/rfc822 unless they say otherwise if in a digest.
        case multipart(boundary: [UInt8], isDigest: Bool)
        /// A message of its own.
        case message
    }

    /// Whether this is a message, with an envelope, or a part of a multipart.
    let isMessage: Bool
    /// Whether the type is message/rfc822 when the header gives none (RFC 2046 5.1.5).
    let isInDigest: Bool
    let start: UInt64
    var header: HeaderReader
    /// Where the body starts; nil while the header is read.
    var bodyStart: UInt64?
    /// The line ends of the message that stand before ``bodyStart``.
    var linesBeforeBody: UInt64 = 0
    var fields = MIMEFields()
    var envelope = Envelope()
    var body = Body.leaf
    /// Whether the close delimiter of a multipart was seen, so that its boundary means nothing any more.
    var isClosed = false
    var children: [BodyPart] = []
    var embedded: EmbeddedMessage?

    init(isMessage: Bool, isInDigest: Bool = false, start: UInt64, limits: MessageLimits) {
        self.isMessage = isMessage
        self.isInDigest = isInDigest
        self.start = start
        header = HeaderReader(isMessage: isMessage, limits: limits)
    }

    /// The boundary whose lines divide this entity now.
    var boundary: [UInt8]? {
        guard case .multipart(let boundary, _) = body, !isClosed else { return nil }
        return boundary
    }

    /// Ends the header at an offset and decides what the body is.
    ///
    /// - Parameter mayNest: whether the entity may have entities in it; if not, a composite one becomes an opaque leaf.
    mutating func endHeader(at offset: UInt64, lines: UInt64, mayNest: Bool, limits: MessageLimits, budget: inout Int) {
        header.finish(budget: &budget)
        let values = header.values
        bodyStart = offset
        linesBeforeBody = lines
        fields = MIMEFields(values, isInDigest: isInDigest, limits: limits)
        if isMessage { envelope = Envelope(values, limits: limits) }
        header = HeaderReader(isMessage: isMessage, limits: limits)

        if fields.isMultipart {
            if !mayNest {
                fields.makeOpaque()
            } else if let boundary = fields.boundary, boundary.count <= limits.boundary {
                body = .multipart(boundary: boundary, isDigest: fields.subtype == "digest")
            }
        } else if fields.isEmbeddedMessage {
            // An encoded message cannot be looked into: RFC 2046 5.2.1 forbids the encoding for message/rfc822,
            // RFC 6532 3.7 allows it for message/global.
            if mayNest, fields.isIdentityEncoded { body = .message } else { fields.makeOpaque() }
        }
    }

    /// The finished part.
    ///
    /// - Parameters:
    ///   - end: where the body ends; nothing of the entity lies beyond.
    ///   - lines: the line ends of the message that stand before `end`.
    func part(end: UInt64, lines: UInt64) -> BodyPart {
        let bodyStart = min(bodyStart ?? end, end)
        let contents: BodyPart.Contents
        if fields.isMultipart {
            // IMAP has no form for a multipart without parts: it gets an empty one, as other servers give it.
            contents = .multipart(children.isEmpty ? [.empty(at: end)] : children)
        } else if let embedded {
            contents = .message(embedded)
        } else {
            contents = .leaf
        }
        return BodyPart(
            fields: fields, start: min(start, end), bodyStart: bodyStart, bodyEnd: end,
            lines: end > bodyStart && lines > linesBeforeBody ? lines - linesBeforeBody : 0, contents: contents)
    }
}

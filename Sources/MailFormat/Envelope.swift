// The envelope of a message: what IMAP clients list without fetching the header.

/// The envelope of a message (RFC 9051 7.5.2). Strings are bytes as they stand in the header, unfolded, without NUL, CR
/// or LF; nil when the header has no such field, empty when the field is empty.
package struct Envelope: Sendable, Equatable {
    /// The Date field, as sent; ``MailDate`` reads it.
    package var date: [UInt8]?
    /// The Subject field, with its encoded words.
    package var subject: [UInt8]?
    /// The From field. A list without addresses stands for NIL, here and in all the lists.
    package var from: [EnvelopeAddress]
    /// The Sender field; the same as ``from`` when the header has none or it is empty.
    package var sender: [EnvelopeAddress]
    /// The Reply-To field; the same as ``from`` when the header has none or it is empty.
    package var replyTo: [EnvelopeAddress]
    /// The To fields.
    package var to: [EnvelopeAddress]
    /// The Cc fields.
    package var cc: [EnvelopeAddress]
    /// The Bcc fields.
    package var bcc: [EnvelopeAddress]
    /// The In-Reply-To field.
    package var inReplyTo: [UInt8]?
    /// The Message-ID field, with its angle brackets.
    package var messageID: [UInt8]?

    package init(
        date: [UInt8]? = nil, subject: [UInt8]? = nil, from: [EnvelopeAddress] = [], sender: [EnvelopeAddress] = [],
        replyTo: [EnvelopeAddress] = [], to: [EnvelopeAddress] = [], cc: [EnvelopeAddress] = [],
        bcc: [EnvelopeAddress] = [], inReplyTo: [UInt8]? = nil, messageID: [UInt8]? = nil
    ) {
        self.date = date
        self.subject = subject
        self.from = from
        self.sender = sender
        self.replyTo = replyTo
        self.to = to
        self.cc = cc
        self.bcc = bcc
        self.inReplyTo = inReplyTo
        self.messageID = messageID
    }

    init(_ values: FieldValues, limits: MessageLimits) {
        func addresses(_ name: FieldName) -> [EnvelopeAddress] {
            values[name].map { AddressList.parse($0, limit: limits.addresses) } ?? []
        }
        let from = addresses(.from)
        let sender = addresses(.sender)
        let replyTo = addresses(.replyTo)
        self.init(
            date: values[.date], subject: values[.subject], from: from, sender: sender.isEmpty ? from : sender,
            replyTo: replyTo.isEmpty ? from : replyTo, to: addresses(.to), cc: addresses(.cc), bcc: addresses(.bcc),
            inReplyTo: values[.inReplyTo], messageID: values[.messageID])
    }
}

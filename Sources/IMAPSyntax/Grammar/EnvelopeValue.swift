// The envelope of a message, ready to be written. Fields are slices, so that they can point into a header block.

/// RFC 9051 7.5.2, RFC 3501 7.4.2
///
///     envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP
///                env-bcc SP env-in-reply-to SP env-message-id ")"
///
/// Nil is NIL: the field is missing. The server fills in `sender` and `replyTo` from `from` where they are missing, as
/// the RFC asks; the encoder writes what it is given.
package struct EnvelopeValue: Hashable, Sendable {
    package var date: ArraySlice<UInt8>?
    package var subject: ArraySlice<UInt8>?
    /// An empty list is NIL, here and below.
    package var from: [AddressValue]
    package var sender: [AddressValue]
    package var replyTo: [AddressValue]
    package var to: [AddressValue]
    package var cc: [AddressValue]
    package var bcc: [AddressValue]
    package var inReplyTo: ArraySlice<UInt8>?
    package var messageID: ArraySlice<UInt8>?

    package init(
        date: ArraySlice<UInt8>? = nil, subject: ArraySlice<UInt8>? = nil, from: [AddressValue] = [],
        sender: [AddressValue] = [], replyTo: [AddressValue] = [], to: [AddressValue] = [], cc: [AddressValue] = [],
        bcc: [AddressValue] = [], inReplyTo: ArraySlice<UInt8>? = nil, messageID: ArraySlice<UInt8>? = nil
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
}

/// RFC 9051 7.5.2
///
///     address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
///
/// A group begins with an address whose `host` is nil and `mailbox` is its name, and ends with one where both are nil.
package struct AddressValue: Hashable, Sendable {
    package var name: ArraySlice<UInt8>?
    /// addr-adl: the source route, without its colon.
    package var route: ArraySlice<UInt8>?
    package var mailbox: ArraySlice<UInt8>?
    package var host: ArraySlice<UInt8>?

    package init(
        name: ArraySlice<UInt8>?, route: ArraySlice<UInt8>? = nil, mailbox: ArraySlice<UInt8>?,
        host: ArraySlice<UInt8>?
    ) {
        self.name = name
        self.route = route
        self.mailbox = mailbox
        self.host = host
    }
}

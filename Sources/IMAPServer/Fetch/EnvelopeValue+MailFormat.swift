import IMAPSyntax
import MailFormat

extension EnvelopeValue {
    /// The envelope of a message as IMAP writes it (RFC 9051 7.5.2).
    init(_ envelope: Envelope) {
        self.init(
            date: envelope.date?[...], subject: envelope.subject?[...], from: envelope.from.map(AddressValue.init),
            sender: envelope.sender.map(AddressValue.init), replyTo: envelope.replyTo.map(AddressValue.init),
            to: envelope.to.map(AddressValue.init), cc: envelope.cc.map(AddressValue.init),
            bcc: envelope.bcc.map(AddressValue.init), inReplyTo: envelope.inReplyTo?[...],
            messageID: envelope.messageID?[...])
    }
}

extension AddressValue {
    fileprivate init(_ address: EnvelopeAddress) {
        self.init(
            name: address.name?[...], route: address.route?[...], mailbox: address.mailbox?[...],
            host: address.host?[...])
    }
}

// What MAIL may carry after its path.

/// The parameters of MAIL, each with the extension that defines it.
package struct MailParameters: Equatable, Sendable {
    /// RFC 1870: the size the client declares, in bytes of the message as it is on the wire before dot-stuffing.
    package var size: UInt64?
    /// RFC 6152.
    package var body: BodyType?
    /// RFC 6531: addresses and header fields may be UTF-8.
    package var smtpUTF8 = false
    /// RFC 4954 section 5: who submitted the message first.
    package var submitter: Submitter?
    /// RFC 3461 section 4.3.
    package var returnContent: ReturnContent?
    /// RFC 3461 section 4.4, with the xtext undone.
    package var envelopeID: String?

    package init() {}
}

/// RFC 6152 section 2: what kind of body the client declares.
package enum BodyType: String, Equatable, Sendable {
    case sevenBit = "7BIT"
    case eightBitMIME = "8BITMIME"
}

/// RFC 4954 section 5: the AUTH parameter of MAIL.
package enum Submitter: Equatable, Sendable {
    /// `AUTH=<>`: not known, or not trusted.
    case unknown
    case address(Address)
}

/// RFC 3461 section 4.3: how much of the message a failure report is to return.
package enum ReturnContent: String, Equatable, Sendable {
    case full = "FULL"
    case headers = "HDRS"
}

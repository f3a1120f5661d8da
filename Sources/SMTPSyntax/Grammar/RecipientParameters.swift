// What RCPT may carry after its path.

/// The parameters of RCPT (RFC 3461).
package struct RecipientParameters: Equatable, Sendable {
    /// RFC 3461 section 4.1.
    package var notify: NotifyCondition?
    /// RFC 3461 section 4.2.
    package var originalRecipient: OriginalRecipient?

    package init() {}
}

/// RFC 3461 section 4.1: when the sender wants a report. The empty set stands for NEVER.
package struct NotifyCondition: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let never: NotifyCondition = []
    package static let success = NotifyCondition(rawValue: 1)
    package static let failure = NotifyCondition(rawValue: 2)
    package static let delay = NotifyCondition(rawValue: 4)
}

/// RFC 3461 section 4.2: the recipient the sender first wrote.
package struct OriginalRecipient: Equatable, Sendable {
    /// The address type, as `rfc822`; case is kept.
    package let addressType: String
    /// The address with the xtext undone.
    package let address: String

    package init(addressType: String, address: String) {
        self.addressType = addressType
        self.address = address
    }
}

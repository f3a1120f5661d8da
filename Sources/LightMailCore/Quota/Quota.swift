/// What is used of a resource, and how much of it may be.
package struct QuotaResource: Sendable, Hashable {
    package let used: UInt64
    /// Nil for no limit.
    package let limit: UInt64?
}

/// What an account or a domain uses, and may use (RFC 9208 5).
package struct Quota: Sendable, Hashable {
    /// The account's address, or the domain's name.
    package let name: String
    /// Octets of messages.
    package let bytes: QuotaResource
    package let messages: QuotaResource
    /// Nil for a domain: what mailboxes an account has is its own affair.
    package let mailboxes: QuotaResource?
}

/// Who has a quota.
package enum QuotaOwner: Sendable, Hashable {
    case account(EmailAddress)
    case domain(DomainName)

    /// An address, or the name of a domain.
    ///
    /// - Throws: `StoreError` invalid.
    package init(_ name: String) throws(StoreError) {
        self = name.contains("@") ? .account(try EmailAddress(name)) : .domain(try DomainName(name))
    }
}

/// Limits to set or to lift; what is nil stays as it is.
package struct QuotaChange: Sendable, Hashable {
    package enum Limit: Sendable, Hashable {
        case none
        case at(UInt64)

        var value: UInt64? {
            switch self {
            case .none: nil
            case .at(let value): value
            }
        }
    }

    package var bytes: Limit?
    package var messages: Limit?
    package var mailboxes: Limit?

    package init(bytes: Limit? = nil, messages: Limit? = nil, mailboxes: Limit? = nil) {
        self.bytes = bytes
        self.messages = messages
        self.mailboxes = mailboxes
    }
}

// What a quota bounds, and what SETQUOTA would bound it to.

/// A resource with a limit.
///
/// RFC 9208 5
///
///     resource-name = "STORAGE" / "MESSAGE" / "MAILBOX" / "ANNOTATION-STORAGE" / resource-name-ext
package enum QuotaResourceName: String, Hashable, Sendable, CaseIterable {
    /// In units of 1024 octets.
    case storage = "STORAGE"
    case message = "MESSAGE"
    case mailbox = "MAILBOX"
}

/// What is used of a resource, and how much may be.
///
/// RFC 9208 7
///
///     quota-resource = resource-name SP resource-usage SP resource-limit
package struct QuotaResourceValue: Hashable, Sendable {
    package var name: QuotaResourceName
    package var usage: UInt64
    package var limit: UInt64

    package init(_ name: QuotaResourceName, usage: UInt64, limit: UInt64) {
        self.name = name
        self.usage = usage
        self.limit = limit
    }
}

/// A limit that a client wants to set.
///
/// RFC 9208 7
///
///     setquota-resource = resource-name SP resource-limit
package struct QuotaLimit: Hashable, Sendable {
    /// In upper case; any atom, for what resources there are is the server's business.
    package var name: String
    package var limit: UInt64

    package init(name: String, limit: UInt64) {
        self.name = name
        self.limit = limit
    }
}

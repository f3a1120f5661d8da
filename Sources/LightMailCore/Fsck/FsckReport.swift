/// Something that fsck found to disagree.
package struct FsckFinding: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A mailbox's messages, unseen or bytes are not what its rows add up to.
        case mailboxCounters = "mailbox_counters"
        /// A mailbox would give a UID or a mod-sequence again.
        case mailboxSequence = "mailbox_sequence"
        /// An account's usage is not what its mailboxes add up to.
        case accountUsage = "account_usage"
        /// A domain's usage is not what its accounts add up to, or an account does not know of its domain's limit.
        case domainUsage = "domain_usage"
        /// A row refers to an object that S3 does not have: the message is lost.
        case missingObject = "missing_object"
        /// An object has a row that no message refers to, and does not wait for the collector.
        case unqueuedObject = "unqueued_object"
        /// S3 has an object that no row knows, and that is too old for a delivery under way.
        case orphan
    }

    package let kind: Kind
    /// What it is about: a mailbox with its account, an account, a key.
    package let subject: String
    /// What is, and what should be.
    package let detail: String
    /// Whether it was put right. A missing object cannot be.
    package let isRepaired: Bool
}

/// What fsck looked at and found.
package struct FsckReport: Sendable {
    package var domains = 0
    package var accounts = 0
    package var mailboxes = 0
    package var objects = 0
    package var findings: [FsckFinding.Kind: Int] = [:]
    package var repaired = 0

    /// Findings of all kinds.
    package var total: Int { findings.values.reduce(0, +) }
    /// Whether everything agrees now.
    package var isClean: Bool { total == repaired }
}

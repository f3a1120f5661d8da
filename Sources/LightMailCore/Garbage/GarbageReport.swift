/// Objects that nothing refers to any more and that are still in S3.
package struct GarbageWaiting: Sendable, Equatable {
    package let objects: UInt64
    /// Seconds since the first of them was queued; 0 when there is none.
    package let oldest: Int64
}

/// What the collector did: in one cycle, or since it was made.
package struct GarbageReport: Sendable {
    /// The passes of a cycle, in their order.
    package enum Pass: String, Sendable, CaseIterable {
        case tombstones, accounts, mailboxes, calendars, objects, orphans, records
    }

    /// Rows of messages that were deleted longer ago than the retention.
    package var tombstones = 0
    /// Rows of messages that went with their mailbox.
    package var mailboxMessages = 0
    package var mailboxes = 0
    /// Rows of events, deleted by themselves or with their calendar.
    package var calendarEvents = 0
    package var calendars = 0
    package var accounts = 0
    /// Objects that no row referred to any more, deleted in S3 and then in the database.
    package var objects = 0
    /// Objects that S3 would not delete; they are tried again when the lease is over.
    package var undeletedObjects = 0
    /// Objects in S3 that the database never heard of.
    package var orphans = 0
    /// Multipart uploads that nobody completed.
    package var abortedUploads = 0
    /// Records of deliveries, here and by the smarthost.
    package var deliveries = 0
    /// Rows of the change feed.
    package var changes = 0
    /// Records of logins.
    package var logins = 0
    /// Passes that failed, and how. The next cycle tries them again.
    package var failures: [(pass: Pass, error: StoreError)] = []
    /// A pass took as much as it may at once: there is more to do.
    package var hasMore = false

    package init() {}

    /// Whether anything was done.
    package var isEmpty: Bool { counts.allSatisfy { $0.count == 0 } && failures.isEmpty }

    /// The counts by name, as metrics and logs call them.
    package var counts: [(name: String, count: Int)] {
        [
            ("tombstones", tombstones), ("mailbox_messages", mailboxMessages), ("mailboxes", mailboxes),
            ("calendar_events", calendarEvents), ("calendars", calendars),
            ("accounts", accounts), ("objects", objects), ("undeleted_objects", undeletedObjects),
            ("orphans", orphans), ("aborted_uploads", abortedUploads), ("deliveries", deliveries), ("changes", changes),
            ("logins", logins),
        ]
    }

    /// Adds the counts of a later cycle; failures and what is left to do are those of the later one.
    mutating func add(_ later: GarbageReport) {
        tombstones += later.tombstones
        mailboxMessages += later.mailboxMessages
        mailboxes += later.mailboxes
        calendarEvents += later.calendarEvents
        calendars += later.calendars
        accounts += later.accounts
        objects += later.objects
        undeletedObjects += later.undeletedObjects
        orphans += later.orphans
        abortedUploads += later.abortedUploads
        deliveries += later.deliveries
        changes += later.changes
        logins += later.logins
        failures = later.failures
        hasMore = later.hasMore
    }
}

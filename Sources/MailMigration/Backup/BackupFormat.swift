import LightMailCore

/// What stands in a backup: a tar of this order (docs/BACKUP.md).
///
///     lightmail-backup.json                       what it is, and the account
///     mailboxes/N.json                            a mailbox
///     objects/O.eml                               a body, before the first message that has it
///     mailboxes/N/M.json                          some of the mailbox's messages
///     calendars/N.json                            a calendar
///     calendars/N/M.json, calendars/N/M.ics       an event
///     end.json                                    how much of each there was, and SHA-256 of all before it
enum BackupFormat {
    static let version = 1
    static let head = "lightmail-backup.json"
    static let end = "end.json"
    /// Messages in one entry.
    static let page = 100
    /// Octets of an entry that is not a body.
    static let largestValue: Int64 = 64 << 20

    struct Head: Codable {
        var format: Int
        var account: AccountSnapshot
    }

    struct CalendarHead: Codable {
        var name: String
        /// What clients call it in a path; nil for any name.
        var resource: String?
        /// The bits of `CalendarComponents`; nil for those that a new calendar has.
        var components: UInt8?
        /// What clients have set of it.
        var properties: [CalendarProperty]?

        struct CalendarProperty: Codable {
            var namespace: String
            var name: String
            /// XML.
            var value: String
        }
    }

    struct EventHead: Codable {
        var summary: String
        /// What clients call it in a path; nil for any name.
        var resource: String?
    }

    struct End: Codable, Equatable {
        var mailboxes = 0
        var messages = 0
        var objects = 0
        var calendars = 0
        var events = 0
        /// In hexadecimal.
        var sha256 = ""
    }

    /// A number as names have it.
    static func number(_ value: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(6 - digits.count, 0)) + digits
    }
}

/// What a backup or a restore did.
package struct BackupReport: Sendable, Encodable {
    package internal(set) var account = ""
    package internal(set) var mailboxes = 0
    package internal(set) var messages = 0
    package internal(set) var objects = 0
    package internal(set) var calendars = 0
    package internal(set) var events = 0

    init(_ account: String, _ end: BackupFormat.End) {
        self.account = account
        mailboxes = end.mailboxes
        messages = end.messages
        objects = end.objects
        calendars = end.calendars
        events = end.events
    }
}

import FoundationEssentials
import Glibc
import LightMailCore

/// Writes all of an account into one file. In memory are a page of rows, a piece of a body, and the numbers of those bodies that
/// several messages share.
package struct Backup {
    let store: Store
    let account: Account
    let progress: (MailboxPath, Int64, Int64) -> Void

    package init(store: Store, account: Account, progress: @escaping (MailboxPath, Int64, Int64) -> Void) {
        self.store = store
        self.account = account
        self.progress = progress
    }

    /// Writes the file, which must not be there. Under its name it is there when it is whole.
    ///
    /// - Parameter withPassword: whether the hash of the password goes along; then the file is worth as much as the database.
    /// - Throws: `MigrationError`; `StoreError`, notFound and corrupt for a body that is missing or damaged in S3.
    package func write(to path: String, withPassword: Bool) async throws -> BackupReport {
        let output = try BackupOutput(path: path)
        let tar = TarWriter(output.file)
        let reader = AccountBackup(database: store.database, account: account.id)
        var end = BackupFormat.End()
        let head = BackupFormat.Head(
            format: BackupFormat.version, account: try await reader.snapshot(withPassword: withPassword))
        try tar.add(BackupFormat.head, try Self.encode(head))
        var shared: Set<UInt64> = []
        for listed in try await store.mailboxes.list(account.id) {
            guard let mailbox = try await reader.snapshot(of: listed.id) else { continue }
            end.mailboxes += 1
            let name = "mailboxes/\(BackupFormat.number(end.mailboxes))"
            try tar.add("\(name).json", try Self.encode(mailbox))
            progress(listed.name, 0, Int64(listed.messages))
            var after: UID = 0
            var page = 0
            var done: Int64 = 0
            while true {
                let rows = try await reader.messages(
                    of: listed.id, after: after, before: mailbox.uidNext, limit: BackupFormat.page)
                guard let last = rows.last else { break }
                for (row, object) in rows where !row.isShared || shared.insert(row.object).inserted {
                    end.objects += 1
                    try await write(object, of: row, in: listed.name, to: tar)
                }
                page += 1
                try tar.add("\(name)/\(BackupFormat.number(page)).json", try Self.encode(rows.map(\.row)))
                end.messages += rows.count
                done += Int64(rows.count)
                progress(listed.name, done, Int64(listed.messages))
                after = last.row.uid
            }
        }
        try await writeCalendars(tar, &end)
        end.sha256 = Hexadecimal.encode(tar.digest())
        try tar.add(BackupFormat.end, try Self.encode(end))
        try tar.close()
        try output.keep()
        return BackupReport(account.username, end)
    }

    private func write(
        _ object: StoredObject, of row: MessageSnapshot, in mailbox: MailboxPath, to tar: TarWriter
    ) async throws {
        try tar.begin("objects/\(row.object).eml", size: Int64(row.size))
        do {
            for try await bytes in store.objects.stream(object) { try tar.write(bytes) }
        } catch let error as StoreError where error.kind == .notFound || error.kind == .corrupt {
            throw MigrationError(
                .all,
                "the body of UID \(row.uid) in \(mailbox) is \(error.kind == .notFound ? "missing" : "damaged") in S3")
        }
        try tar.end()
    }

    private func writeCalendars(_ tar: TarWriter, _ end: inout BackupFormat.End) async throws {
        for calendar in try await store.calendars.list(account.id) {
            end.calendars += 1
            let name = "calendars/\(BackupFormat.number(end.calendars))"
            let properties = try await store.calendars.properties(of: calendar).map {
                BackupFormat.CalendarHead.CalendarProperty(
                    namespace: $0.namespace, name: $0.name, value: String(decoding: $0.value, as: UTF8.self))
            }
            let head = BackupFormat.CalendarHead(
                name: calendar.name, resource: calendar.resource, components: calendar.components.rawValue,
                properties: properties)
            try tar.add("\(name).json", try Self.encode(head))
            var after: UInt64?
            var number = 0
            while true {
                let events = try await store.administration.calendarEvents(
                    in: calendar, page: Page(limit: BackupFormat.page, after: after))
                guard let last = events.last else { break }
                for event in events {
                    number += 1
                    end.events += 1
                    let place = "\(name)/\(BackupFormat.number(number))"
                    try tar.add(
                        "\(place).json",
                        try Self.encode(BackupFormat.EventHead(summary: event.summary, resource: event.resource)))
                    try tar.add("\(place).ics", try await store.calendars.octets(of: event))
                }
                after = last.id
            }
        }
    }

    private static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}

/// The file of a backup while it is not whole: it has another name until then, and goes when it never is.
private final class BackupOutput {
    let file: OutputFile
    private let path: String
    private var aside: String { path + ".part" }
    private var isKept = false

    init(path: String) throws {
        guard access(path, F_OK) != 0 else { throw MigrationError(.all, "\(path) is there already") }
        self.path = path
        // Left by a run that was killed.
        unlink(path + ".part")
        file = try OutputFile(path: path + ".part")
    }

    func keep() throws {
        guard link(aside, path) == 0 else { throw MigrationError.system(.all, path) }
        unlink(aside)
        isKept = true
    }

    deinit {
        if !isKept { unlink(aside) }
    }
}

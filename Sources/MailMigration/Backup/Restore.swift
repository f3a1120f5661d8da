import LightMailCore

/// Makes an account of a backup that has been verified.
package struct Restore {
    let store: Store
    /// Told of what could not come along.
    let notice: (String) -> Void
    let progress: (MailboxPath, Int64, Int64) -> Void

    package init(
        store: Store, notice: @escaping (String) -> Void, progress: @escaping (MailboxPath, Int64, Int64) -> Void
    ) {
        self.store = store
        self.notice = notice
        self.progress = progress
    }

    private struct State {
        let account: AccountID
        var end = BackupFormat.End()
        var mailbox: Mailbox?
        var calendar: Calendar?
        var event: BackupFormat.EventHead?
        /// Bodies that have no rows yet, by the number that they had.
        var waiting: [UInt64: ReceivedMessage] = [:]
        /// Rows of bodies that several messages share.
        var shared: [UInt64: SharedBody] = [:]
    }

    /// The mailbox whose messages come.
    private struct Mailbox {
        let id: MailboxID
        let path: MailboxPath
        let snapshot: MailboxSnapshot
        /// The keywords that there are, by bit.
        let keywords: UInt64
        /// Of the last message: they come in the order of their UIDs.
        var lastUID: UInt32 = 0
    }

    private struct SharedBody {
        let id: UInt64
        let size: UInt64
    }

    /// - Parameter address: what the account is called here; nil for what it was called.
    /// - Throws: `MigrationError`, `StoreError`. The account is removed again then.
    package func run(_ file: BackupFile, as address: EmailAddress?) async throws -> BackupReport {
        let verified = try file.verify()
        guard let first = try file.next() else { throw BackupFile.damaged("it is empty") }
        let head: BackupFormat.Head = try file.value(first)
        let address = try address ?? EmailAddress(head.account.address)
        let restoration = AccountRestoration(database: store.database)
        if let left = try await restoration.unfinished(address) { try await store.accounts.remove(address, left) }
        var state = State(account: try await restoration.begin(head.account, as: address))
        do {
            while let entry = try file.next(), entry.name != BackupFormat.end {
                try await take(entry, of: file, restoration, &state)
            }
            guard state.waiting.isEmpty, state.end.messages == verified.messages,
                state.end.mailboxes == verified.mailboxes, state.end.objects == verified.objects,
                state.end.calendars == verified.calendars, state.end.events == verified.events
            else { throw BackupFile.damaged("it does not have what its end says") }
            for alias in try await restoration.finish(
                state.account, head.account, as: address, objects: store.objects)
            {
                notice("the alias \(alias) is not made: its domain is not here")
            }
        } catch {
            await store.delivery.discard(Array(state.waiting.values))
            // And not one that another restore has made in its place.
            try? await store.accounts.remove(address, state.account)
            throw error
        }
        return BackupReport(address.description, state.end)
    }

    private func take(
        _ entry: BackupFile.Entry, of file: BackupFile, _ restoration: AccountRestoration, _ state: inout State
    ) async throws {
        let parts = entry.name.split(separator: "/")
        switch (parts.first, parts.count) {
        case ("mailboxes", 2): try await begin(try file.value(entry), restoration, &state)
        case ("objects", 2):
            guard let number = UInt64(parts[1].prefix { $0 != "." }), state.waiting[number] == nil,
                state.waiting.count <= BackupFormat.page
            else { throw BackupFile.damaged(entry.name) }
            state.waiting[number] = try await body(entry, of: file)
            state.end.objects += 1
        case ("mailboxes", 3): try await add(try file.value(entry), restoration, &state)
        case ("calendars", 2):
            let calendar: BackupFormat.CalendarHead = try file.value(entry)
            let id = try await store.calendars.create(
                state.account, name: calendar.name, as: calendar.resource,
                components: calendar.components.map { CalendarComponents(rawValue: $0) } ?? .standard,
                properties: (calendar.properties ?? []).map {
                    CalendarProperty(namespace: $0.namespace, name: $0.name, value: Array($0.value.utf8))
                })
            state.calendar = try await store.calendars.list(state.account).first { $0.id == id }
            state.end.calendars += 1
        case ("calendars", 3) where entry.name.hasSuffix(".json"):
            state.event = try file.value(entry, BackupFormat.EventHead.self)
        case ("calendars", 3):
            guard let calendar = state.calendar, entry.size <= Int64(Calendars.longestObject) else {
                throw BackupFile.damaged(entry.name)
            }
            var octets: [UInt8] = []
            try await file.each(entry) { octets += $0 }
            _ = try await store.calendars.store(
                octets, in: calendar, summary: state.event?.summary, as: state.event?.resource)
            state.end.events += 1
        default: throw BackupFile.damaged("it has an entry \(printable(entry.name.utf8))")
        }
    }

    private func begin(
        _ mailbox: MailboxSnapshot, _ restoration: AccountRestoration, _ state: inout State
    ) async throws {
        guard mailbox.isPossible else { throw BackupFile.damaged("a mailbox has numbers that none can have") }
        let (id, strangers) = try await restoration.add(mailbox, to: state.account)
        let known = mailbox.keywords.keys.filter { (0..<64).contains($0) }.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
        let path = try MailboxPath(mailbox.name)
        state.mailbox = Mailbox(id: id, path: path, snapshot: mailbox, keywords: known)
        state.end.mailboxes += 1
        progress(path, 0, 0)
        for stranger in strangers { notice("\(path): \(stranger) gets no rights: not in the account's domain here") }
    }

    private func body(_ entry: BackupFile.Entry, of file: BackupFile) async throws -> ReceivedMessage {
        let incoming = store.delivery.beginRestored()
        do {
            try await file.each(entry) { try await incoming.write($0) }
            return try await incoming.finish()
        } catch {
            await incoming.abort()
            throw error
        }
    }

    private func add(
        _ rows: [MessageSnapshot], _ restoration: AccountRestoration, _ state: inout State
    ) async throws {
        guard var mailbox = state.mailbox else { throw BackupFile.damaged("messages without a mailbox") }
        var bodies: [UInt64: AccountRestoration.Body] = [:]
        for row in rows {
            guard row.uid > mailbox.lastUID, mailbox.snapshot.mayHold(row) else {
                throw BackupFile.damaged("UID \(row.uid) in \(mailbox.path) has numbers that no message can have")
            }
            mailbox.lastUID = row.uid
            if let message = state.waiting[row.object] {
                guard Hexadecimal.encode(message.object.sha256) == row.sha256, message.object.size == row.size else {
                    throw BackupFile.damaged("the body of UID \(row.uid) in \(mailbox.path)")
                }
                bodies[row.object] = .new(message)
            } else if let shared = state.shared[row.object], shared.size == row.size {
                bodies[row.object] = .known(shared.id)
            } else {
                throw BackupFile.damaged("UID \(row.uid) in \(mailbox.path) has no body")
            }
        }
        let made = try await restoration.add(rows, bodies: bodies, to: mailbox.id, keywords: mailbox.keywords)
        for row in rows {
            state.waiting[row.object] = nil
            if row.isShared { state.shared[row.object] = made[row.object].map { SharedBody(id: $0, size: row.size) } }
        }
        state.mailbox = mailbox
        state.end.messages += rows.count
    }
}

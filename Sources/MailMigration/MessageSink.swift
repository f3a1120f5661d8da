import LightMailCore

/// A message on its way out.
package struct ExportedMessage: Sendable {
    let uid: UID
    let flags: MessageFlags
    let keywords: [Keyword]
    /// Seconds since 1970.
    let internalDate: Int64
}

/// Files that an account's messages are written to. Used by one task.
package protocol MessageSink: AnyObject {
    /// Begins or continues a mailbox.
    func open(_ mailbox: Mailbox, keywords: [Keyword]) throws

    /// Whether an earlier run wrote the message.
    func has(_ uid: UID) -> Bool

    /// Begins a message.
    func begin(_ message: ExportedMessage) throws

    /// The next bytes of the message, its lines ending in CRLF.
    func write(_ bytes: [UInt8]) throws

    /// The message is whole: from here on a run that is continued knows it.
    func end() throws

    /// The open mailbox is whole.
    func close() throws

    /// The names that the account is subscribed to.
    func subscribe(_ paths: [MailboxPath]) throws
}

/// What an export did.
package struct ExportReport: Sendable, Encodable {
    package internal(set) var mailboxes = 0
    package internal(set) var written = 0
    /// Messages that an earlier run had written.
    package internal(set) var known = 0
    /// Messages and mailboxes that could not be written, each told.
    package internal(set) var refused = 0
}

/// Writes what an account has to files. In memory are a mailbox's index (33 bytes a message) and a piece of a message.
package struct Exporter {
    let store: Store
    let account: Account
    let notice: (String) -> Void
    let progress: (MailboxPath, Int64, Int64) -> Void

    /// Messages whose rows are read at once.
    private static let batch = 100

    package init(
        store: Store, account: Account, notice: @escaping (String) -> Void,
        progress: @escaping (MailboxPath, Int64, Int64) -> Void
    ) {
        self.store = store
        self.account = account
        self.notice = notice
        self.progress = progress
    }

    /// Writes everything that is not there yet.
    ///
    /// - Throws: `MigrationError` and `StoreError` of what ends the run; another run continues.
    package func run(to sink: some MessageSink) async throws -> ExportReport {
        var report = ExportReport()
        for mailbox in try await store.mailboxes.list(account.id) {
            do {
                try await write(mailbox, to: sink, &report)
                report.mailboxes += 1
            } catch let error as MigrationError where error.extent == .item {
                report.refused += 1
                notice("\(mailbox.name): \(error)")
            }
        }
        try sink.subscribe(try await store.mailboxes.subscriptions(account.id))
        return report
    }

    private func write(_ mailbox: Mailbox, to sink: some MessageSink, _ report: inout ExportReport) async throws {
        let snapshot: MailboxIndexCache.Snapshot
        do throws(StoreError) {
            snapshot = try await store.indexes.select(account: account.id, mailbox: mailbox.id)
        } catch {
            // Deleted since it was listed.
            guard error.kind == .notFound else { throw error }
            return
        }
        let index = snapshot.index
        try sink.open(snapshot.mailbox, keywords: index.dictionary.all)
        var done = 0
        progress(mailbox.name, 0, Int64(index.count))
        while done < index.count {
            let positions = done..<min(done + Self.batch, index.count)
            done = positions.upperBound
            let new = positions.filter { !sink.has(index.uids[$0]) }
            report.known += positions.count - new.count
            let details = try await store.messages.details(
                account: account.id, mailbox: mailbox.id, uids: new.map { index.uids[$0] }, parts: [])
            for message in details {
                guard let position = index.position(of: message.uid) else { continue }
                do {
                    try await write(message, index, position, to: sink)
                    report.written += 1
                } catch let error as StoreError where error.kind == .corrupt || error.kind == .notFound {
                    report.refused += 1
                    notice("\(mailbox.name): UID \(message.uid): \(error)")
                }
            }
            progress(mailbox.name, Int64(done), Int64(index.count))
        }
        try sink.close()
    }

    private func write(
        _ details: MessageDetails, _ index: MailboxIndex, _ position: Int, to sink: some MessageSink
    ) async throws {
        try sink.begin(
            ExportedMessage(
                uid: details.uid, flags: index.systemFlags(at: position), keywords: index.keywordList(at: position),
                internalDate: index.dates[position]))
        for try await bytes in store.messages.content(of: details) { try sink.write(bytes) }
        try sink.end()
    }
}

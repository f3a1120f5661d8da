import LightMailCore

/// What an import did.
package struct ImportReport: Sendable, Encodable {
    package internal(set) var mailboxes = 0
    package internal(set) var added = 0
    /// Messages that an earlier run had taken.
    package internal(set) var known = 0
    /// Messages and mailboxes that could not be taken, each told.
    package internal(set) var refused = 0
}

/// Takes what a source has into an account.
///
/// Messages are streamed into the object store and get their rows some at a time, with a note of where they came from in the
/// same transaction: a run that was cut off is continued by the next, which adds nothing twice (docs/decisions/0013).
/// At most eight messages are on their way to the object store at once.
package struct Importer {
    let store: Store
    let account: Account
    /// Told of what could not be taken.
    let notice: (String) -> Void
    /// Told how far a mailbox is: its name, units done, units in all.
    let progress: (MailboxPath, Int64, Int64) -> Void

    private static let uploads = 8
    /// Bytes of headers and structures that wait for their rows.
    private static let footprint = 8 << 20

    package init(
        store: Store, account: Account, notice: @escaping (String) -> Void,
        progress: @escaping (MailboxPath, Int64, Int64) -> Void
    ) {
        self.store = store
        self.account = account
        self.notice = notice
        self.progress = progress
    }

    /// Takes everything.
    ///
    /// - Throws: `MigrationError` and `StoreError` of what ends the run; another run continues.
    package func run(_ source: some MessageSource) async throws -> ImportReport {
        var report = ImportReport()
        let folders = try await source.folders { text in
            report.refused += 1
            notice(text)
        }
        for folder in folders {
            do {
                try await take(folder, of: source, &report)
                report.mailboxes += 1
            } catch let error as MigrationError where error.extent == .item {
                report.refused += 1
                notice("\(folder.path): \(error)")
            }
        }
        for path in try await source.subscriptions() { try await store.mailboxes.subscribe(account.id, path) }
        return report
    }

    private func take(_ folder: SourceFolder, of source: some MessageSource, _ report: inout ImportReport) async throws
    {
        func refuse(_ text: String) {
            report.refused += 1
            notice("\(folder.path): \(text)")
        }
        let total = try await source.open(folder, refuse)
        let mailbox = try await mailbox(folder.path)
        progress(folder.path, 0, total)
        while let batch = try await source.next(refuse) {
            let known = try await store.delivery.imported(batch.messages.map(\.identity), account: account.id)
            var seen = known
            let new = batch.messages.filter { seen.insert($0.identity).inserted }
            report.known += batch.messages.count - new.count
            var rest = new[...]
            while !rest.isEmpty {
                let received = try await receive(&rest, from: source, into: mailbox, refuse)
                try await post(received, &report)
            }
            progress(folder.path, batch.progress, total)
        }
    }

    private func mailbox(_ path: MailboxPath) async throws -> MailboxID {
        do throws(StoreError) {
            return try await store.mailboxes.find(account.id, path).id
        } catch {
            guard error.kind == .notFound else { throw error }
            return try await store.mailboxes.create(account.id, path).id
        }
    }

    /// Messages that are safe in the object store, in the order of the source.
    private struct Received {
        var messages: [(position: Int, message: ImportedMessage)] = []
        var footprint = 0
    }

    /// Reads messages until they are all read or weigh enough.
    private func receive(
        _ rest: inout ArraySlice<SourceMessage>, from source: some MessageSource, into mailbox: MailboxID,
        _ refuse: (String) -> Void
    ) async throws -> Received {
        var received = Received()
        var running = 0
        do {
            try await withThrowingTaskGroup(of: (SourceMessage, Int, Result<ReceivedMessage, StoreError>).self) {
                group in
                func collect() async throws {
                    guard let (message, position, result) = try await group.next() else { return }
                    running -= 1
                    switch result {
                    case .success(let stored):
                        received.footprint += stored.footprint
                        received.messages.append(
                            (
                                position,
                                ImportedMessage(
                                    message: stored, mailbox: mailbox, flags: message.flags,
                                    keywords: message.keywords, internalDate: message.internalDate,
                                    source: message.identity)
                            ))
                    case .failure(let error):
                        try Self.pass(error, message, refuse)
                    }
                }
                while received.footprint < Self.footprint, let message = rest.popFirst() {
                    if running >= Self.uploads { try await collect() }
                    guard let incoming = try await read(message, from: source, refuse) else { continue }
                    let position = message.position(before: rest)
                    running += 1
                    group.addTask {
                        do throws(StoreError) {
                            return (message, position, .success(try await incoming.finish()))
                        } catch {
                            return (message, position, .failure(error))
                        }
                    }
                }
                while running > 0 { try await collect() }
            }
        } catch {
            await store.delivery.discard(received.messages.map(\.message.message))
            throw error
        }
        received.messages.sort { $0.position < $1.position }
        return received
    }

    /// Reads one message into the object store, up to its end; nil when it was refused.
    private func read(
        _ message: SourceMessage, from source: some MessageSource, _ refuse: (String) -> Void
    ) async throws -> IncomingMessage? {
        let incoming = store.delivery.begin()
        var size = 0
        do {
            try await source.read(message) { bytes in
                size += bytes.count
                try await incoming.write(bytes)
            }
            guard size > 0 else { throw MigrationError(.item, "it is empty") }
            return incoming
        } catch {
            await incoming.abort()
            switch error {
            case let error as MigrationError where error.extent == .item: refuse("\(message.label): \(error)")
            case let error as StoreError: try Self.pass(error, message, refuse)
            default: throw error
            }
            return nil
        }
    }

    private func post(_ received: Received, _ report: inout ImportReport) async throws {
        let results = await store.delivery.add(
            imported: received.messages.map(\.message), account: account.id)
        // All are looked at before one of them ends the run: what was added is counted.
        var fatal: StoreError?
        for result in results {
            switch result {
            case .success(let delivered):
                if delivered.isRepeat { report.known += 1 } else { report.added += 1 }
            case .failure(let error):
                fatal = fatal ?? error
            }
        }
        if let fatal { throw fatal }
    }

    /// Refuses a message that can never be taken; throws what is not the message's fault.
    private static func pass(_ error: StoreError, _ message: SourceMessage, _ refuse: (String) -> Void) throws {
        switch error.kind {
        case .infected: refuse("\(message.label): it contains a virus")
        case .limit(let reason), .invalid(let reason): refuse("\(message.label): \(reason)")
        default: throw error
        }
    }
}

extension SourceMessage {
    /// Its place in the batch, of which so many come after it.
    fileprivate func position(before rest: ArraySlice<SourceMessage>) -> Int { -rest.count }
}

import MariaDBClient

/// A message that comes from another mail store, safe in the object store and without rows.
package struct ImportedMessage: Sendable {
    package let message: ReceivedMessage
    package let mailbox: MailboxID
    package let flags: MessageFlags
    /// Those for which the mailbox has no room are left out.
    package let keywords: [Keyword]
    /// Seconds since 1970; nil for now.
    package let internalDate: Int64?
    /// 32 bytes that name where it was: the account takes it once.
    package let source: [UInt8]

    package init(
        message: ReceivedMessage, mailbox: MailboxID, flags: MessageFlags, keywords: [Keyword], internalDate: Int64?,
        source: [UInt8]
    ) {
        self.message = message
        self.mailbox = mailbox
        self.flags = flags
        self.keywords = keywords
        self.internalDate = internalDate
        self.source = source
    }
}

extension Delivery {
    /// Adds messages from elsewhere. Each row is made in the transaction that notes its source, so that an import that
    /// is cut off and run again adds nothing twice (docs/decisions/0013).
    ///
    /// - Returns: a result for each, in their order; one that the account had taken before is a repeat.
    package func add(imported messages: [ImportedMessage], account: AccountID) async
        -> [Result<DeliveredMessage, StoreError>]
    {
        var parcels: [Parcel] = []
        for message in messages {
            switch await destination(of: message.message, account: account, wanted: message.mailbox) {
            case .failure(let error):
                await discard(messages.map(\.message))
                return messages.map { _ in .failure(error) }
            case .success(let mailbox):
                let posting = Posting(
                    account: account, mailbox: mailbox, flags: message.flags,
                    keywords: message.keywords + keywords(for: message.message), internalDate: message.internalDate,
                    deliveredTo: nil, origin: DeliveryOrigin(protocol: "import", sender: ""), isDelivery: false,
                    source: message.source)
                parcels.append(Parcel(message: message.message, postings: [posting]))
            }
        }
        return await post(parcels).flatMap(\.self)
    }

    /// Those of the sources that the account has had messages of. One round trip.
    package func imported(_ sources: [[UInt8]], account: AccountID) async throws(StoreError) -> Set<[UInt8]> {
        guard !sources.isEmpty else { return [] }
        let script = ImportedSources.select(sources.map { (account, $0) })
        return try await mapped {
            try await queue.database.read { connection in
                Set(try connection.script(script)[0].rows.map { try $0[1].hex })
            }
        }
    }

    /// Forgets what the account has imported: the next import takes everything again.
    ///
    /// - Returns: how many messages were forgotten.
    package func forgetImports(of account: AccountID) async throws(StoreError) -> UInt64 {
        try await mapped {
            try await queue.database.transaction { connection in
                try connection.commit(
                    after: "DELETE FROM imported_messages WHERE account_id = \(account.rawValue)")[0].affectedRows
            }
        }
    }
}

/// What accounts have imported, as far as a transaction asks.
struct ImportedSources {
    private var known: Set<Entry> = []

    private struct Entry: Hashable {
        let account: AccountID
        let source: [UInt8]
    }

    /// - Parameter rows: of `select`.
    init(_ rows: [Row]) throws {
        for row in rows { insert(try row[1].hex, of: AccountID(try row[0].uint64)) }
    }

    static func select(_ wanted: [(account: AccountID, source: [UInt8])]) -> SQLText {
        let pairs: [SQLText] = wanted.map { "(\($0.account.rawValue), \(hex: $0.source))" }
        return pairs.isEmpty
            ? "SELECT account_id, HEX(source) FROM imported_messages WHERE FALSE"
            : "SELECT account_id, HEX(source) FROM imported_messages WHERE (account_id, source) IN (\(list: pairs))"
    }

    func contains(_ source: [UInt8], of account: AccountID) -> Bool {
        known.contains(Entry(account: account, source: source))
    }

    mutating func insert(_ source: [UInt8], of account: AccountID) {
        known.insert(Entry(account: account, source: source))
    }
}

import MariaDBClient

/// Makes the rows of parcels in one transaction: two round trips, whatever the number of messages and mailboxes, and one more
/// where a domain has a limit, and for each megabyte of headers.
///
/// Order: lock the mailboxes, then the accounts, then the domains that have a limit; look for retries; then everything else
/// with the commit. A posting that cannot be (quota, keywords) fails alone; the others go on.
struct PostTransaction {
    private let parcels: [Parcel]
    /// Whether one posting's failure is everyone's: then it is thrown, and nothing is written.
    private let isWhole: Bool
    /// Whether it waits for locks that others hold; without, parcels that need them are left out.
    private let waits: Bool
    /// What is told of the deliveries, in the same transaction.
    private let outbox: WebhookOutbox
    /// Whether an earlier try may have been committed: it is not known how it ended. The locks wait until it has, and
    /// what it made is found by its objects.
    private let isRepeat: Bool

    /// Results by parcel and posting; nil for a parcel that was left out.
    typealias Outcome = [[Result<DeliveredMessage, StoreError>]?]

    init(_ parcels: [Parcel], isWhole: Bool, waits: Bool, outbox: WebhookOutbox, isRepeat: Bool = false) {
        self.parcels = parcels
        self.isWhole = isWhole
        self.waits = waits
        self.outbox = outbox
        self.isRepeat = isRepeat
    }

    func run(on connection: Connection) throws -> Outcome {
        let postings = parcels.flatMap(\.postings)
        let wanted = postings.flatMap { posting in
            [(posting.account, posting.mailbox)] + (posting.replaced.map { [($0.account, $0.mailbox)] } ?? [])
        }
        let (boxes, extra) = try connection.lock(
            wanted, then: lockAndLookUp(postings), mayLack: true, skippingLocked: !waits)
        var state = State(
            boxes: boxes, rooms: try QuotaRooms(extra[0].rows, on: connection, skippingLocked: !waits),
            known: try KnownDeliveries(extra[1].rows), imported: try ImportedSources(extra[2].rows),
            posted: isRepeat ? try connection.rows(of: parcels.map(\.message.object.key)) : PostedRows(),
            held: try HeldRights(extra.count > 3 ? extra[3].rows : []), outbox: outbox)

        var outcome: Outcome = []
        for parcel in parcels {
            // What is not there is gone, or another's at this moment: who waits for the lock will know.
            guard waits || parcel.postings.allSatisfy(state.holds) else {
                outcome.append(nil)
                continue
            }
            var object: ObjectInserts.Place?
            outcome.append(
                try parcel.postings.map { posting in
                    do {
                        return .success(try state.post(posting, parcel.message, &object, on: connection))
                    } catch let error as StoreError where !isWhole {
                        if error.kind == .overQuota { state.noteRefusal(posting, parcel.message) }
                        return .failure(error)
                    }
                })
        }
        if let script = state.script { _ = try connection.commit(after: script) }
        return outcome
    }

    private func lockAndLookUp(_ postings: [Posting]) -> SQLText {
        let hashes: [SQLText] = parcels.flatMap { parcel in
            parcel.postings.filter(\.isDelivery).map { posting -> SQLText in
                "(\(posting.mailbox.rawValue), \(hex: parcel.message.receivedHash))"
            }
        }
        let lookUp: SQLText =
            hashes.isEmpty
            ? "SELECT mailbox_id, HEX(sha256), uid FROM deliveries WHERE FALSE"
            : "SELECT mailbox_id, HEX(sha256), uid FROM deliveries WHERE (mailbox_id, sha256) IN (\(list: hashes)) AND delivered_at > UTC_TIMESTAMP() - INTERVAL 1 DAY"
        let accounts = postings.map(\.account) + postings.compactMap(\.replaced?.account)
        let sources = postings.compactMap { posting in posting.source.map { (posting.account, $0) } }
        let script: SQLText =
            "\(AccountUsage.lock(accounts, skippingLocked: !waits));\(lookUp);\(ImportedSources.select(sources))"
        let permits = postings.flatMap(\.permits)
        return permits.isEmpty ? script : "\(script);\(MailboxPermit.select(permits))"
    }
}

/// Deliveries that the mailboxes have had within the last day.
private struct KnownDeliveries {
    private var uids: [Key: UID] = [:]

    private struct Key: Hashable {
        let mailbox: MailboxID
        let hash: [UInt8]
    }

    init(_ rows: [Row]) throws {
        for row in rows { add(MailboxID(try row[0].uint64), try row[1].hex, UInt32(try row[2].uint64)) }
    }

    func uid(_ mailbox: MailboxID, _ hash: [UInt8]) -> UID? {
        uids[Key(mailbox: mailbox, hash: hash)]
    }

    mutating func add(_ mailbox: MailboxID, _ hash: [UInt8], _ uid: UID) {
        uids[Key(mailbox: mailbox, hash: hash)] = uid
    }
}

/// What an earlier try of the transaction has made, by mailbox and key of the object.
private struct PostedRows {
    private var uids: [MailboxID: [String: UID]] = [:]

    init() {}

    /// - Parameter rows: of mailbox, key and UID.
    init(_ rows: [Row]) throws {
        for row in rows {
            uids[MailboxID(try row[0].uint64), default: [:]][try row[1].string] = UInt32(try row[2].uint64)
        }
    }

    func uid(_ mailbox: MailboxID, _ key: String) -> UID? { uids[mailbox]?[key] }
}

/// A row of `messages` but for its object's number, which is known when that has been inserted.
private struct MessageRow {
    let object: ObjectInserts.Place
    let columns: SQLText
}

/// What the transaction has decided so far and will write at its end.
private struct State {
    var boxes: [MailboxID: LockedMailbox]
    var rooms: QuotaRooms
    var known: KnownDeliveries
    var imported: ImportedSources
    private let outbox: WebhookOutbox
    let posted: PostedRows
    /// By who is not the owner of where it posts to.
    let held: HeldRights
    private var objects = ObjectInserts()
    private var messages: [MessageRow] = []
    private var events: [SQLText] = []
    private var deliveries: [SQLText] = []
    private var imports: [SQLText] = []
    private var removals: [SQLText] = []
    private var changed: Set<MailboxID> = []
    private var usage: [AccountID: UsageChange] = [:]

    /// What a DATETIME can hold: the years 1000 to 9999, in seconds since 1970.
    private static let firstDate: Int64 = -30_610_224_000
    private static let lastDate: Int64 = 253_402_300_799

    init(
        boxes: [MailboxID: LockedMailbox], rooms: QuotaRooms, known: KnownDeliveries, imported: ImportedSources,
        posted: PostedRows, held: HeldRights, outbox: WebhookOutbox
    ) {
        self.boxes = boxes
        self.rooms = rooms
        self.known = known
        self.imported = imported
        self.posted = posted
        self.held = held
        self.outbox = outbox
    }

    /// Whether the rows are locked that a posting needs.
    func holds(_ posting: Posting) -> Bool { boxes[posting.mailbox] != nil && rooms.hasAccount(posting.account) }

    /// Notes a delivery that found no room.
    mutating func noteRefusal(_ posting: Posting, _ message: ReceivedMessage) {
        if let event = outbox.insertRefusal(of: posting, message) { events.append(event) }
    }

    /// Decides about one posting. The object's row is inserted with the first posting that needs it.
    mutating func post(
        _ posting: Posting, _ message: ReceivedMessage, _ object: inout ObjectInserts.Place?, on connection: Connection
    ) throws -> DeliveredMessage {
        guard var box = boxes[posting.mailbox], box.mailbox.account == posting.account else {
            throw StoreError(.notFound, "mailbox \(posting.mailbox)")
        }
        for permit in posting.permits { try held.check(permit) }
        if let uid = posted.uid(posting.mailbox, message.object.key) {
            return DeliveredMessage(
                mailbox: posting.mailbox, uidValidity: box.mailbox.uidValidity, uid: uid, isRepeat: false)
        }
        if posting.isDelivery, let uid = known.uid(posting.mailbox, message.receivedHash) {
            return DeliveredMessage(
                mailbox: posting.mailbox, uidValidity: box.mailbox.uidValidity, uid: uid, isRepeat: true)
        }
        if let source = posting.source, imported.contains(source, of: posting.account) {
            return DeliveredMessage(
                mailbox: posting.mailbox, uidValidity: box.mailbox.uidValidity, uid: 0, isRepeat: true)
        }
        let size = message.object.size + UInt64(DeliveredTo.field(posting.deliveredTo).count)
        guard size <= UInt64(UInt32.max) else { throw StoreError(.limit("the message is too large")) }
        let keywords = try connection.mask(
            of: posting.source == nil ? posting.keywords : box.dictionary.fitting(posting.keywords), in: &box)
        boxes[posting.mailbox] = box
        var rooms = rooms
        let replaced = try posting.replaced.map { try connection.sums(of: $0) }
        // Only what the mailboxes grow by counts (RFC 8508 3.4), unless they are of two accounts.
        if let old = posting.replaced, old.account != posting.account, let replaced {
            try rooms.take(old.account, bytes: -replaced.bytes, messages: -replaced.count)
            try rooms.take(posting.account, bytes: Int64(size), messages: 1)
        } else {
            try rooms.take(
                posting.account, bytes: Int64(size) - (replaced?.bytes ?? 0), messages: 1 - (replaced?.count ?? 0))
        }
        let place = try object ?? objects.add(message, on: connection)
        object = place
        let uid = try box.takeUID()
        box.add(count: 1, unseen: posting.flags.contains(.seen) ? 0 : 1, bytes: Int64(size))
        boxes[posting.mailbox] = box
        self.rooms = rooms
        note(posting, message, uid, place, size, keywords, modSeq: box.modSeq)
        if let old = posting.replaced, let replaced { try remove(old, replaced) }
        return DeliveredMessage(
            mailbox: posting.mailbox, uidValidity: box.mailbox.uidValidity, uid: uid, isRepeat: false)
    }

    private mutating func note(
        _ posting: Posting, _ message: ReceivedMessage, _ uid: UID, _ object: ObjectInserts.Place, _ size: UInt64,
        _ keywords: UInt64, modSeq: ModSeq
    ) {
        let date: SQLText =
            posting.internalDate.map { seconds in
                "DATE_ADD('1970-01-01', INTERVAL \(min(max(seconds, Self.firstDate), Self.lastDate)) SECOND)"
            } ?? "UTC_TIMESTAMP()"
        let recipient: SQLText = posting.deliveredTo.map { "\(hex: $0)" } ?? "NULL"
        messages.append(
            MessageRow(
                object: object,
                columns: """
                    \(posting.mailbox.rawValue), \(uid), \(posting.flags.rawValue), \(keywords), \(modSeq), \(size), \
                    \(date), UTC_TIMESTAMP(), \(recipient)
                    """))
        if posting.isDelivery {
            known.add(posting.mailbox, message.receivedHash, uid)
            deliveries.append(
                "(\(posting.mailbox.rawValue), \(hex: message.receivedHash), \(uid), UTC_TIMESTAMP())")
        }
        if let source = posting.source {
            imported.insert(source, of: posting.account)
            imports.append("(\(posting.account.rawValue), \(hex: source), UTC_TIMESTAMP())")
        }
        events += outbox.inserts(for: posting, message, uid)
        changed.insert(posting.mailbox)
        usage[posting.account, default: UsageChange()].bytes += Int64(size)
        usage[posting.account, default: UsageChange()].messages += 1
    }

    private mutating func remove(_ old: ReplacedMessage, _ sums: MessageSums) throws {
        let account = old.account
        guard var box = boxes[old.mailbox], box.mailbox.account == account else {
            throw StoreError(.notFound, "mailbox \(old.mailbox)")
        }
        box.subtract(sums)
        boxes[old.mailbox] = box
        removals.append(MessageSums.bury("uid = \(old.uid)", in: box))
        changed.insert(old.mailbox)
        usage[account, default: UsageChange()].bytes -= sums.bytes
        usage[account, default: UsageChange()].messages -= sums.count
    }

    /// All that is written at the end; nil when there is nothing.
    var script: SQLText? {
        guard !messages.isEmpty else { return SQLText(statements: events) }
        let rows = messages.map { row -> SQLText in "(\(objects.id(of: row.object)), \(row.columns))" }
        var script: SQLText = """
            INSERT INTO messages (object_id, mailbox_id, uid, flags, keywords, modseq, size, internal_date, saved_at, \
            delivered_to) VALUES \(list: rows)
            """
        if let inserts = objects.script { script = "\(inserts);\(script)" }
        if !deliveries.isEmpty {
            script += """
                ;REPLACE INTO deliveries (mailbox_id, sha256, uid, delivered_at) VALUES \(list: deliveries)
                """
        }
        if !imports.isEmpty {
            script += ";INSERT INTO imported_messages (account_id, source, imported_at) VALUES \(list: imports)"
        }
        for removal in removals { script += ";\(removal)" }
        script += ";\(LockedMailbox.update(changed.sorted().compactMap { boxes[$0] }))"
        script += ";\(AccountUsage.change(usage, limited: rooms.limitedAccounts))"
        for event in events + outbox.inserts(for: rooms) { script += ";\(event)" }
        return script
    }
}

extension SQLText {
    /// Statements one after the other; nil for none.
    fileprivate init?(statements: [SQLText]) {
        guard let first = statements.first else { return nil }
        self = statements.dropFirst().reduce(first) { "\($0);\($1)" }
    }
}

extension Connection {
    /// The rows of messages that were made of these objects, living or not. One round trip.
    fileprivate func rows(of keys: [String]) throws -> PostedRows {
        let marks = Array(repeating: "?", count: keys.count).joined(separator: ",")
        return try PostedRows(
            query(
                """
                SELECT m.mailbox_id, o.object_key, MIN(m.uid) FROM object_keys o JOIN messages m ON m.object_id = o.id \
                WHERE o.object_key IN (\(marks)) GROUP BY m.mailbox_id, o.object_key
                """, keys.map { .text($0) }))
    }

    /// What a message that is to give way counts for, in a mailbox that is locked. One round trip.
    ///
    /// - Throws: `StoreError` conflict when it is gone.
    fileprivate func sums(of old: ReplacedMessage) throws -> MessageSums {
        let sums = try MessageSums(try script(MessageSums.select("uid = \(old.uid)", in: old.mailbox))[0].rows.first)
        guard sums.count == 1 else { throw StoreError(.conflict("the message to be replaced is gone")) }
        return sums
    }
}

import MariaDBClient

/// A mailbox row that this transaction has locked: everything that changes a mailbox starts with one.
///
/// UIDs, mod-sequences and counters move only under this lock (docs/ARCHITECTURE.md, invariants 1 to 3). Rows are locked
/// in ascending order of mailbox, then the account rows in ascending order, so that two transactions do not wait for
/// each other in a ring.
struct LockedMailbox {
    let mailbox: Mailbox
    var dictionary: KeywordDictionary
    /// What the transaction has decided so far; written by `update`.
    var uidNext: UID
    var messagesDelta: Int64 = 0
    var unseenDelta: Int64 = 0
    var bytesDelta: Int64 = 0
    /// The mod-sequence of this transaction's changes in the mailbox.
    let modSeq: ModSeq

    /// The columns that `init(row:)` reads, in its order.
    static let columns: SQLText = """
        id, account_id, HEX(name), special_use, uid_validity, uid_next, first_recent_uid, highest_modseq, \
        collected_modseq, messages, unseen, bytes
        """

    init(mailbox: Mailbox, dictionary: KeywordDictionary) {
        self.mailbox = mailbox
        self.dictionary = dictionary
        uidNext = mailbox.uidNext
        modSeq = mailbox.highestModSeq + 1
    }

    /// Takes the next UID.
    mutating func takeUID() throws(StoreError) -> UID {
        guard uidNext < UID.max else { throw StoreError(.limit("the mailbox has no UID left")) }
        defer { uidNext += 1 }
        return uidNext
    }

    /// Statements that write what was decided and tell the change feed.
    var update: SQLText { Self.update([self]) }

    /// The same of several, at least one: two statements for all.
    static func update(_ boxes: [LockedMailbox]) -> SQLText {
        func each<Value: FixedWidthInteger>(_ value: (LockedMailbox) -> Value) -> [(id: UInt64, value: Value)] {
            boxes.map { ($0.mailbox.id.rawValue, value($0)) }
        }
        return """
            UPDATE mailboxes SET uid_next = \(byID: each(\.uidNext)), highest_modseq = \(byID: each(\.modSeq)), \
            messages = messages + \(byID: each(\.messagesDelta)), unseen = unseen + \(byID: each(\.unseenDelta)), \
            bytes = bytes + \(byID: each(\.bytesDelta)) WHERE id IN (\(list: boxes.map(\.mailbox.id.rawValue)));\
            \(MailboxChange.insert(boxes.map(\.change)))
            """
    }

    private var change: MailboxChange {
        MailboxChange(mailbox.account, mailbox.id, modSeq: modSeq, kind, name: mailbox.name)
    }

    /// What happened to the messages, as far as the counters tell it.
    private var kind: StaticString {
        if uidNext == mailbox.uidNext { return messagesDelta < 0 ? "removed" : "flags" }
        return messagesDelta == Int64(uidNext - mailbox.uidNext) ? "added" : "messages"
    }
}

extension Connection {
    /// Locks live mailboxes of live accounts and reads their keywords, in one round trip.
    ///
    /// - Parameters:
    ///   - more: statements to run after, in the same round trip.
    ///   - permits: what who acts relies on where it is not the owner.
    ///   - mayLack: leaves out what is gone or belongs to another account, instead of throwing.
    ///   - skippingLocked: leaves out what another transaction has locked, instead of waiting.
    /// - Throws: `StoreError` notFound when one is gone or belongs to another account; forbidden where a permit does not
    ///   hold any more.
    func lock(
        _ wanted: [(account: AccountID, mailbox: MailboxID)], then more: SQLText? = nil, permits: [MailboxPermit] = [],
        mayLack: Bool = false, skippingLocked: Bool = false
    ) throws -> (mailboxes: [MailboxID: LockedMailbox], results: [ScriptResult]) {
        let ids = Set(wanted.map(\.mailbox.rawValue)).sorted()
        var script: SQLText = """
            SELECT \(LockedMailbox.columns) FROM mailboxes WHERE id IN (\(list: ids)) AND live = 1 ORDER BY id \
            \(forUpdate: skippingLocked);\
            SELECT mailbox_id, bit, HEX(name) FROM mailbox_keywords WHERE mailbox_id IN (\(list: ids)) ORDER BY mailbox_id, bit
            """
        if let more { script += ";\(more)" }
        if !permits.isEmpty { script += ";\(MailboxPermit.select(permits))" }
        var results = try self.script(script)
        if !permits.isEmpty {
            let held = try HeldRights(results.removeLast().rows)
            for permit in permits { try held.check(permit) }
        }
        let dictionaries = try KeywordDictionary.byMailbox(results[1].rows)
        var locked: [MailboxID: LockedMailbox] = [:]
        for row in results[0].rows {
            let mailbox = try Mailbox(scriptRow: row)
            locked[mailbox.id] = LockedMailbox(mailbox: mailbox, dictionary: dictionaries[mailbox.id] ?? .init())
        }
        for want in wanted where locked[want.mailbox]?.mailbox.account != want.account {
            guard mayLack else { throw StoreError(.notFound, "mailbox \(want.mailbox) of account \(want.account)") }
            locked[want.mailbox] = nil
        }
        return (locked, Array(results.dropFirst(2)))
    }

    /// Gives each keyword a bit in a locked mailbox, making those it lacks. One round trip when any is new, else none.
    ///
    /// - Throws: `StoreError` limit when the mailbox has 64 already.
    func mask(of keywords: [Keyword], in locked: inout LockedMailbox) throws -> UInt64 {
        var mask: UInt64 = 0
        var rows: [SQLText] = []
        for keyword in keywords {
            if let known = locked.dictionary.mask(of: keyword) {
                mask |= known
                continue
            }
            guard let bit = locked.dictionary.add(keyword) else {
                throw StoreError(.limit("the mailbox has \(KeywordDictionary.capacity) keywords already"))
            }
            mask |= 1 << UInt64(bit)
            rows.append("(\(locked.mailbox.id.rawValue), \(bit), \(hex: keyword.name.utf8))")
        }
        if !rows.isEmpty {
            _ = try script("INSERT INTO mailbox_keywords (mailbox_id, bit, name) VALUES \(list: rows)")
        }
        return mask
    }
}

extension KeywordDictionary {
    /// From rows of mailbox, bit and hexadecimal name.
    static func byMailbox(_ rows: [Row]) throws -> [MailboxID: KeywordDictionary] {
        var entries: [MailboxID: [(bit: Int, keyword: Keyword)]] = [:]
        for row in rows {
            guard let keyword = Keyword(String(decoding: try row[2].hex, as: UTF8.self)) else { continue }
            entries[MailboxID(try row[0].uint64), default: []].append((Int(try row[1].uint64), keyword))
        }
        return entries.mapValues { KeywordDictionary($0) }
    }
}

extension Mailbox {
    /// From a row of `LockedMailbox.columns`.
    init(scriptRow row: Row) throws {
        self.init(
            id: MailboxID(try row[0].uint64), account: AccountID(try row[1].uint64),
            name: MailboxPath(stored: try row[2].hex), specialUse: SpecialUse(rawValue: UInt16(try row[3].uint64)),
            uidValidity: UInt32(try row[4].uint64), uidNext: UInt32(try row[5].uint64),
            firstRecentUID: UInt32(try row[6].uint64), highestModSeq: try row[7].uint64,
            collectedModSeq: try row[8].uint64, messages: Int(try row[9].int64), unseen: Int(try row[10].int64),
            bytes: Int(try row[11].int64))
    }
}

extension Row.Cell {
    /// The bytes that HEX() wrote.
    var hex: [UInt8] {
        get throws {
            var bytes: [UInt8] = []
            var high: UInt8?
            for digit in try self.bytes {
                let nibble = digit <= UInt8(ascii: "9") ? digit &- UInt8(ascii: "0") : (digit & 0xDF) &- 55
                guard nibble < 16 else { throw StoreError(.internal, "HEX() gave no hexadecimal digit") }
                if let first = high {
                    bytes.append(first << 4 | nibble)
                    high = nil
                } else {
                    high = nibble
                }
            }
            return bytes
        }
    }
}

/// A mailbox's messages in packed arrays, ascending by UID, as of one mod-sequence.
///
/// A value: sessions of one process that have the same mailbox open share the arrays until one of them changes its own.
/// At about 33 bytes a message, 100,000 messages take 3.3 MB once a process.
package struct MailboxIndex: Sendable {
    package let mailbox: MailboxID
    package internal(set) var uidValidity: UInt32
    /// The UID that the next message will get.
    package internal(set) var uidNext: UID
    /// The mailbox's highest mod-sequence when the index was read.
    package internal(set) var highestModSeq: ModSeq
    package internal(set) var dictionary: KeywordDictionary

    package internal(set) var uids: [UID] = []
    package internal(set) var flags: [UInt8] = []
    package internal(set) var keywords: [UInt64] = []
    package internal(set) var modSeqs: [ModSeq] = []
    /// Octets as a client sees them (RFC822.SIZE).
    package internal(set) var sizes: [UInt32] = []
    /// Internal dates, seconds since 1970.
    package internal(set) var dates: [Int64] = []

    init(mailbox: MailboxID, uidValidity: UInt32, uidNext: UID, highestModSeq: ModSeq, dictionary: KeywordDictionary) {
        self.mailbox = mailbox
        self.uidValidity = uidValidity
        self.uidNext = uidNext
        self.highestModSeq = highestModSeq
        self.dictionary = dictionary
    }

    /// How many messages there are.
    package var count: Int { uids.count }

    /// The position of a UID, counted from 0; nil when the mailbox has no such message. Binary search.
    package func position(of uid: UID) -> Int? {
        let place = insertionPosition(of: uid)
        return place < uids.count && uids[place] == uid ? place : nil
    }

    /// The position of the first message whose UID is at least `uid`; `count` when there is none.
    package func insertionPosition(of uid: UID) -> Int {
        var low = 0
        var high = uids.count
        while low < high {
            let middle = (low + high) / 2
            if uids[middle] < uid { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The positions of the messages whose UIDs are in a range.
    package func positions(of range: ClosedRange<UID>) -> Range<Int> {
        let end = range.upperBound == .max ? count : insertionPosition(of: range.upperBound + 1)
        return insertionPosition(of: range.lowerBound)..<end
    }

    /// System flags of the message at a position.
    package func systemFlags(at position: Int) -> MessageFlags {
        MessageFlags(rawValue: flags[position])
    }

    /// Keywords of the message at a position, in the order of their bits.
    package func keywordList(at position: Int) -> [Keyword] {
        dictionary.keywords(in: keywords[position])
    }

    mutating func append(_ row: Row) {
        uids.append(row.uid)
        flags.append(row.flags)
        keywords.append(row.keywords)
        modSeqs.append(row.modSeq)
        sizes.append(row.size)
        dates.append(row.date)
    }

    mutating func replace(at position: Int, with row: Row) {
        flags[position] = row.flags
        keywords[position] = row.keywords
        modSeqs[position] = row.modSeq
    }

    func row(at position: Int) -> Row {
        Row(
            uid: uids[position], flags: flags[position], keywords: keywords[position], modSeq: modSeqs[position],
            size: sizes[position], date: dates[position])
    }

    mutating func reserve(_ capacity: Int) {
        uids.reserveCapacity(capacity)
        flags.reserveCapacity(capacity)
        keywords.reserveCapacity(capacity)
        modSeqs.reserveCapacity(capacity)
        sizes.reserveCapacity(capacity)
        dates.reserveCapacity(capacity)
    }

    /// One message's entry.
    struct Row {
        let uid: UID
        let flags: UInt8
        let keywords: UInt64
        let modSeq: ModSeq
        let size: UInt32
        let date: Int64
    }
}

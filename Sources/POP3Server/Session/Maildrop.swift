import LightMailCore
import POP3Syntax

/// INBOX as it was at the login (RFC 1939 4): its messages keep their numbers until the session ends, whatever other
/// sessions do. The index's arrays are shared with whoever else has the mailbox open in this process.
struct Maildrop: Sendable {
    let account: AccountID
    private let index: MailboxIndex
    /// A bit a position; empty until the first DELE.
    private var marks: [UInt64] = []
    /// How many messages are not marked, and their octets.
    private(set) var count: Int
    private(set) var octets: UInt64
    /// Details that were read ahead, by position.
    var details: [Int: MessageDetails] = [:]

    init(account: AccountID, index: MailboxIndex) {
        self.account = account
        self.index = index
        count = index.count
        octets = index.sizes.reduce(0) { $0 + UInt64($1) }
    }

    var mailbox: MailboxID { index.mailbox }

    /// Positions of all messages, marked or not.
    var positions: Range<Int> { 0..<index.count }

    func uid(at position: Int) -> UID { index.uids[position] }
    func size(at position: Int) -> UInt32 { index.sizes[position] }
    func isMarked(_ position: Int) -> Bool { !marks.isEmpty && marks[position / 64] & 1 << UInt64(position % 64) != 0 }

    /// RFC 1939 7: 1 to 70 characters. The UIDVALIDITY and the UID are never given to another message.
    func uniqueID(at position: Int) -> String { "\(index.uidValidity).\(index.uids[position])" }

    /// The position of a message that is not marked.
    func position(of number: MessageNumber) throws(CommandFailure) -> Int {
        guard number >= 1, number <= UInt64(index.count) else { throw .error("No such message") }
        let position = Int(number) - 1
        guard !isMarked(position) else { throw .error("Message is deleted") }
        return position
    }

    mutating func mark(_ position: Int) {
        if marks.isEmpty { marks = Array(repeating: 0, count: index.count / 64 + 1) }
        marks[position / 64] |= 1 << UInt64(position % 64)
        count -= 1
        octets -= UInt64(size(at: position))
    }

    mutating func unmarkAll() {
        guard !marks.isEmpty else { return }
        self = Maildrop(account: account, index: index)
    }

    /// UIDs of the messages that are marked.
    var marked: UIDSet {
        var uids = UIDSet()
        for position in positions where isMarked(position) { uids.append(uid(at: position)) }
        return uids
    }
}

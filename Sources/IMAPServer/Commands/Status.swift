import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.11, RFC 8438 (SIZE), RFC 7162 3.1.7 (HIGHESTMODSEQ), RFC 8474 4.3 (MAILBOXID), RFC 9208 4.1.4
    /// (DELETED-STORAGE), RFC 7889 (APPENDLIMIT)
    mutating func status(_ name: MailboxName, _ items: [StatusItem]) async throws -> Completion {
        if items.contains(.highestModSeq) { becomeCondStoreAware() }
        let mailbox = try await reach(name, .read).mailbox
        out.append(.status(name, try await statusValues(of: mailbox, items)))
        return .ok(ResponseText("Done"))
    }

    /// The values of a mailbox whose row was just read. Only RECENT, DELETED and DELETED-STORAGE look at its
    /// messages.
    func statusValues(of mailbox: Mailbox, _ items: [StatusItem]) async throws -> [StatusValue] {
        var index: MailboxIndex?
        if items.contains(.recent) || items.contains(.deleted) || items.contains(.deletedStorage) {
            index = try await store.indexes.refresh(account: mailbox.account, mailbox: mailbox.id)
        }
        return items.map { item in
            switch item {
            case .messages: .messages(UInt32(clamping: mailbox.messages))
            case .uidNext: .uidNext(mailbox.uidNext)
            case .uidValidity: .uidValidity(mailbox.uidValidity)
            case .unseen: .unseen(UInt32(clamping: mailbox.unseen))
            case .size: .size(UInt64(clamping: mailbox.bytes))
            case .appendLimit: .appendLimit(service.limits.messageSize)
            case .recent:
                .recent(
                    index.map { UInt32($0.count - $0.insertionPosition(of: mailbox.firstRecentUID)) } ?? 0)
            case .deleted:
                .deleted(
                    index.map { UInt32($0.flags.count { $0 & MessageFlags.deleted.rawValue != 0 }) } ?? 0)
            case .deletedStorage: .deletedStorage(index?.deletedStorage ?? 0)
            case .highestModSeq: .highestModSeq(mailbox.highestModSeq)
            case .mailboxID: .mailboxID(IMAPSyntax.ObjectID(.mailbox, mailbox.id.rawValue))
            }
        }
    }
}

extension MailboxIndex {
    /// Octets of the messages with \Deleted.
    fileprivate var deletedStorage: UInt64 {
        flags.indices.reduce(0) { sum, position in
            flags[position] & MessageFlags.deleted.rawValue == 0 ? sum : sum + UInt64(sizes[position])
        }
    }
}

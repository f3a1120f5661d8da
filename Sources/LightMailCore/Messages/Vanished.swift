import MariaDBClient

extension Messages {
    /// UIDs of the messages that left the mailbox after a mod-sequence, by their tombstones; nil when some of these may
    /// have been collected, so that nobody can name them any more (RFC 7162 3.2.6). One round trip.
    ///
    /// - Throws: `StoreError` notFound when the account has no such living mailbox.
    package func vanished(
        account: AccountID, mailbox: MailboxID, since modSeq: ModSeq
    ) async throws(StoreError) -> UIDSet? {
        // One statement, so that the tombstones and what is known of their collection are of the same moment.
        let (uids, collected) = try await mapped {
            try await database.read { connection in
                try connection.columns(
                    """
                    SELECT 0, collected_modseq FROM mailboxes WHERE id = ? AND account_id = ? AND live = 1 UNION ALL \
                    SELECT uid, 0 FROM messages WHERE mailbox_id = ? AND modseq > ? AND deleted_at IS NOT NULL
                    """,
                    [
                        .uint(mailbox.rawValue), .uint(account.rawValue), .uint(mailbox.rawValue),
                        .uint(modSeq),
                    ], UInt32.self, UInt64.self)
            }
        }
        guard let own = uids.firstIndex(of: 0) else {
            throw StoreError(.notFound, "mailbox \(mailbox) of account \(account)")
        }
        guard collected[own] <= modSeq else { return nil }
        return UIDSet(uids.filter { $0 != 0 })
    }
}

extension MailboxIndex {
    /// Those of the UIDs, given as ascending ranges, that no message has. Linear in the messages and the ranges.
    package func missing(in ranges: some Sequence<ClosedRange<UID>>) -> UIDSet {
        var missing = UIDSet()
        for range in ranges {
            var next = range.lowerBound
            var position = insertionPosition(of: next)
            while position < count, uids[position] <= range.upperBound {
                if uids[position] > next { missing.append(next...(uids[position] - 1)) }
                next = uids[position] &+ 1
                position += 1
            }
            if next <= range.upperBound, next >= range.lowerBound { missing.append(next...range.upperBound) }
        }
        return missing
    }
}

import MariaDBClient

extension Mailboxes {
    /// Gives a mailbox and its inferiors another name, making the superiors of the new one (RFC 9051 6.3.6). INBOX
    /// stays: its messages move to a new mailbox, and its inferiors stay too.
    ///
    /// - Parameter actor: who does it, where that is not the owner: with the right x on all that is moved, and k on what the
    ///   new name is below.
    /// - Throws: `StoreError` notFound, alreadyExists, invalid; forbidden.
    package func rename(
        _ account: AccountID, from old: MailboxPath, to new: MailboxPath, by actor: AccountID? = nil
    ) async throws(StoreError) {
        guard !new.isInferior(to: old) || old.isInbox else {
            throw StoreError(.invalid("a mailbox cannot be moved below itself"))
        }
        if old.isInbox {
            guard actor == nil else { throw StoreError(.forbidden) }
            try await moveInbox(account, to: new)
            return
        }
        let now = now()
        let renamed = try await mapped {
            try await database.transaction { connection in
                var names = try LockedNames(account, now: now, on: connection)
                let moved = try names.renaming(old, to: new)
                if let actor { try names.require(actor, toMake: new, moving: moved.map(\.mailbox), on: connection) }
                try names.createSuperiors(of: new, on: connection)
                var script: SQLText = "DO 0"
                let isWhole = moved.contains { $0.mailbox.name == old }
                for (mailbox, name) in moved {
                    let kind: StaticString = isWhole && mailbox.name != old ? "moved" : "renamed"
                    script += """
                        ;UPDATE mailboxes SET name = \(hex: name.bytes) WHERE id = \(mailbox.id.rawValue);\
                        \(MailboxChange.insert(
                            account, mailbox.id, modSeq: mailbox.highestModSeq, kind, name: name,
                            detail: mailbox.name.bytes))
                        """
                }
                _ = try connection.commit(after: script)
                return moved.map(\.mailbox.id)
            }
        }
        for mailbox in renamed { changes.post(account: account, mailbox: mailbox) }
    }

    private func moveInbox(_ account: AccountID, to new: MailboxPath) async throws(StoreError) {
        let inbox = try await find(account, .inbox)
        let now = now()
        let made = try await mapped {
            try await database.transaction { connection in
                var names = try LockedNames(account, now: now, on: connection)
                guard names.mailboxes[new] == nil else { throw StoreError(.alreadyExists) }
                try names.createSuperiors(of: new, on: connection)
                let made = try names.create(new, [], on: connection)
                // RFC 5464 4.1: INBOX keeps its annotations, and the new mailbox has them too.
                _ = try connection.script(AnnotationTotal.copy(account, from: inbox.id, to: made.id))
                _ = try MessageTransfer(
                    account: account, source: inbox.id, owner: account, destination: made.id, removing: true
                )
                .run(UIDSet(1...UID.max), on: connection)
                return made.id
            }
        }
        changes.post(account: account, mailbox: made)
        changes.post(account: account, mailbox: inbox.id)
    }
}

extension LockedNames {
    /// What a rename moves: the mailbox and its inferiors, each with its new name.
    fileprivate func renaming(_ old: MailboxPath, to new: MailboxPath) throws -> [(mailbox: Mailbox, name: MailboxPath)]
    {
        let moved = mailboxes.values.filter { $0.name == old || $0.name.isInferior(to: old) }
        guard !moved.isEmpty else { throw StoreError(.notFound) }
        let result = try moved.map { mailbox in
            (mailbox: mailbox, name: try MailboxPath(new.bytes + mailbox.name.bytes.dropFirst(old.bytes.count)))
        }
        let staying = Set(mailboxes.keys).subtracting(moved.map(\.name))
        guard !staying.contains(new), staying.isDisjoint(with: result.map(\.name)), old != new else {
            throw StoreError(.alreadyExists)
        }
        return result.sorted { $0.mailbox.name < $1.mailbox.name }
    }
}

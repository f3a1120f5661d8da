import IMAPSyntax
import LightMailCore
import LightMailDaemon

// What the session may do in the mailbox that it has selected: looked up again before each command.

extension Session {
    /// RFC 4314 5.1.1: rights on another's mailbox may have changed since the last command. Costs nothing where the mailbox
    /// is the account's own.
    ///
    /// - Throws: `StoreError` notFound when it may not be read any more.
    mutating func reviewRights() async throws {
        guard var selected, let account, selected.account != account.id else { return }
        let rights = try await store.access.rights(account.id, on: selected.id, of: selected.account)
        guard rights != selected.rights else { return }
        let before = selected
        selected.rights = rights
        self.selected = selected
        if selected.permanentFlags != before.permanentFlags {
            out.append(.flags(selected.knownFlags))
            out.append(.untagged(.ok(ResponseText("Flags that are kept", code: selected.permanentFlags))))
        }
        // RFC 9051 7.1: access has changed while the mailbox is selected.
        if selected.isReadOnly != before.isReadOnly {
            let code: ResponseCode = selected.isReadOnly ? .readOnly : .readWrite
            out.append(.untagged(.ok(ResponseText("Your rights have changed", code: code))))
        }
    }

    /// What the session relies on in the mailbox that it has selected, for the transaction that changes it: rights may be
    /// withdrawn at any moment. Nil in its own.
    func permit(_ rights: MailboxRights, in selected: SelectedMailbox) throws(CommandFailure) -> MailboxPermit? {
        MailboxPermit(try requireAccount().id, rights, on: selected.id, of: selected.account)
    }

    /// The same of a mailbox that was named.
    func permit(_ rights: MailboxRights, on reached: ReachedMailbox) throws(CommandFailure) -> MailboxPermit? {
        MailboxPermit(try requireAccount().id, rights, on: reached.mailbox.id, of: reached.mailbox.account)
    }

    /// What adding messages relies on: with it, the flags that the session has found that it may set.
    func permitToAdd(to reached: ReachedMailbox) throws(CommandFailure) -> MailboxPermit? {
        try permit(reached.rights.intersection([.insert, .seen, .write, .deleteMessages]), on: reached)
    }

    /// The end of a session whose mailbox is gone, or gone for it.
    mutating func loseMailbox(_ ending: inout Ending) {
        out.append(.bye(ResponseText("The mailbox is gone")))
        ending.action = .close
    }

    /// RFC 4314 4: whether the rights on the selected mailbox allow what a command does there.
    ///
    /// - Throws: NO [NOPERM].
    func require(_ rights: MailboxRights, in selected: SelectedMailbox) throws(CommandFailure) {
        if !selected.rights.isSuperset(of: rights) { throw .no("You have no right to do this", .noPerm) }
    }
}

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
        let before = selected.permanentFlags
        selected.rights = rights
        self.selected = selected
        guard selected.permanentFlags != before else { return }
        out.append(.flags(selected.knownFlags))
        out.append(.untagged(.ok(ResponseText("Flags that are kept", code: selected.permanentFlags))))
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

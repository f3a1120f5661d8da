import IMAPSyntax
import LightMailCore

/// A mailbox that is searched: the selected one as its client knows it, or another as it is.
struct SearchedMailbox: Sendable {
    let account: AccountID
    let id: MailboxID
    let view: MailboxIndex
    /// The UIDs that are \Recent in this session.
    var recent = UIDSet()
    /// What `$` stands for.
    var savedResult = UIDSet()
}

extension SelectedMailbox {
    var searched: SearchedMailbox {
        SearchedMailbox(account: account, id: id, view: view, recent: recent, savedResult: savedResult)
    }
}

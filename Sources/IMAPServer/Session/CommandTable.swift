import IMAPSyntax

/// The names of commands as the metrics show them.
enum CommandName: String, CaseIterable, Sendable {
    case capability, noop, logout, id, starttls, authenticate, login, enable, select, examine, create, delete, rename
    case subscribe, unsubscribe, list, lsub, namespace, status, append, idle, check, close, unselect, expunge, search
    case cancelupdate, esearch, sort, thread
    case fetch, store, copy, move, replace, compress, unauthenticate, getquota, getquotaroot, setquota, getmetadata
    case setmetadata, notify, setacl, deleteacl, getacl, listrights, myrights
    /// What is no command.
    case invalid
}

extension Command {
    /// Whether it names messages by their numbers, which a client that enabled UIDONLY may not (RFC 9586 3.2, 3.5).
    var namesMessageNumbers: Bool {
        switch self {
        case .search(let search, let uid): !uid || search.key.namesMessageNumbers
        case .sort(let command, let uid): !uid || command.search.key.namesMessageNumbers
        case .thread(let command, let uid): !uid || command.search.key.namesMessageNumbers
        case .multiSearch(let command): command.search.key.namesMessageNumbers
        case .fetch(_, let uid), .store(_, let uid), .copy(_, _, let uid), .move(_, _, let uid),
            .replace(_, _, let uid):
            !uid
        default: false
        }
    }
}

/// What is to be known of each command before it is executed.
enum CommandTable {
    /// The state that a command needs (RFC 9051 3).
    enum State: Sendable {
        case any, notAuthenticated, authenticated, selected
    }

    struct Entry: Sendable {
        let name: CommandName
        let state: State
        /// Whether EXPUNGE may be sent at its end. Not where the client may be using message numbers that the server
        /// has not seen yet (RFC 9051 7.5.1).
        var mayExpunge = true
        /// Whether FETCH responses at its end hold the UID: always with the UID commands (RFC 9051 6.4.9).
        var showsUIDs = false
        /// Whether it changes the selected mailbox, and so is answered with what became of that in any case.
        var changesMessages = false
    }

    static func entry(for command: Command) -> Entry {
        switch command {
        case .capability: Entry(name: .capability, state: .any)
        case .noop: Entry(name: .noop, state: .any)
        case .logout: Entry(name: .logout, state: .any)
        case .id: Entry(name: .id, state: .any)
        case .startTLS: Entry(name: .starttls, state: .notAuthenticated)
        case .authenticate: Entry(name: .authenticate, state: .notAuthenticated)
        case .login: Entry(name: .login, state: .notAuthenticated)
        case .enable: Entry(name: .enable, state: .authenticated)
        case .select: Entry(name: .select, state: .authenticated)
        case .examine: Entry(name: .examine, state: .authenticated)
        case .create: Entry(name: .create, state: .authenticated)
        case .delete: Entry(name: .delete, state: .authenticated)
        case .rename: Entry(name: .rename, state: .authenticated)
        case .subscribe: Entry(name: .subscribe, state: .authenticated)
        case .unsubscribe: Entry(name: .unsubscribe, state: .authenticated)
        case .list: Entry(name: .list, state: .authenticated)
        case .lsub: Entry(name: .lsub, state: .authenticated)
        case .namespace: Entry(name: .namespace, state: .authenticated)
        case .status: Entry(name: .status, state: .authenticated)
        case .append: Entry(name: .append, state: .authenticated)
        case .compress: Entry(name: .compress, state: .authenticated)
        case .unauthenticate: Entry(name: .unauthenticate, state: .authenticated)
        case .idle: Entry(name: .idle, state: .authenticated)
        case .notify: Entry(name: .notify, state: .authenticated, showsUIDs: true)
        case .getQuota: Entry(name: .getquota, state: .authenticated)
        case .getQuotaRoot: Entry(name: .getquotaroot, state: .authenticated)
        case .setQuota: Entry(name: .setquota, state: .authenticated)
        case .setACL: Entry(name: .setacl, state: .authenticated)
        case .deleteACL: Entry(name: .deleteacl, state: .authenticated)
        case .getACL: Entry(name: .getacl, state: .authenticated)
        case .listRights: Entry(name: .listrights, state: .authenticated)
        case .myRights: Entry(name: .myrights, state: .authenticated)
        case .getMetadata: Entry(name: .getmetadata, state: .authenticated)
        case .setMetadata: Entry(name: .setmetadata, state: .authenticated)
        case .check: Entry(name: .check, state: .selected)
        case .close: Entry(name: .close, state: .selected)
        case .unselect: Entry(name: .unselect, state: .selected)
        case .expunge: Entry(name: .expunge, state: .selected, changesMessages: true)
        case .uidExpunge: Entry(name: .expunge, state: .selected, showsUIDs: true, changesMessages: true)
        case .search(let search, let uid): searching(.search, search, uid: uid)
        case .cancelUpdate: Entry(name: .cancelupdate, state: .selected)
        case .multiSearch(let command):
            Entry(
                name: .esearch, state: .authenticated, mayExpunge: !command.search.key.namesMessageNumbers,
                showsUIDs: true)
        case .sort(let command, let uid): searching(.sort, command.search, uid: uid)
        case .thread(let command, let uid): searching(.thread, command.search, uid: uid)
        case .fetch(_, let uid): Entry(name: .fetch, state: .selected, mayExpunge: uid, showsUIDs: uid)
        case .store(_, let uid):
            Entry(name: .store, state: .selected, mayExpunge: uid, showsUIDs: uid, changesMessages: true)
        case .copy(_, _, let uid): Entry(name: .copy, state: .selected, showsUIDs: uid)
        case .move(_, _, let uid): Entry(name: .move, state: .selected, showsUIDs: uid, changesMessages: true)
        case .replace(_, _, let uid): Entry(name: .replace, state: .selected, showsUIDs: uid, changesMessages: true)
        }
    }

    /// RFC 7162 3.2.10.2: nor do message numbers change where they were part of the question.
    private static func searching(_ name: CommandName, _ search: SearchCommand, uid: Bool) -> Entry {
        Entry(name: name, state: .selected, mayExpunge: uid && !search.key.namesMessageNumbers, showsUIDs: uid)
    }
}

import IMAPSyntax
import LightMailCore
import Synchronization

/// The mailbox that a session has selected, as its client knows it.
struct SelectedMailbox: Sendable {
    /// Whose it is: another's where that has given rights on it.
    let account: AccountID
    let id: MailboxID
    /// Whether it was opened with EXAMINE.
    let isExamined: Bool
    /// What the session's account may do in it.
    var rights: MailboxRights
    let watch: MailboxWatch
    /// The messages whose numbers the client knows. It may hold some that are gone and not told yet.
    var view: MailboxIndex
    /// Newer than `view` where that still has messages that are gone; the arrays are shared with other sessions.
    var newest: MailboxIndex?
    /// Up to this mod-sequence the client has been told all, what was expunged too.
    var toldModSeq: ModSeq
    /// The highest mod-sequence that a FETCH response of the command at hand has shown.
    var shownModSeq: ModSeq = 0
    /// Whether the client was told to stay at `toldModSeq` although it has seen higher ones.
    var isHeldBack = false
    /// The UIDs that are \Recent in this session (RFC 3501 2.3.2).
    var recent = UIDSet()
    /// UIDs of messages that this session brought here itself with its last command that did.
    var own = UIDSet()
    /// What the last SEARCH with SAVE found (RFC 9051 6.4.4.1).
    var savedResult = UIDSet()
    /// The searches whose results the client watches (RFC 5267 4.3).
    var contexts: [SearchContext] = []

    init(
        account: AccountID, id: MailboxID, isExamined: Bool, rights: MailboxRights, watch: MailboxWatch,
        view: MailboxIndex
    ) {
        self.account = account
        self.id = id
        self.isExamined = isExamined
        self.rights = rights
        self.watch = watch
        self.view = view
        toldModSeq = view.highestModSeq
        watch.note(view.highestModSeq)
    }

    /// RFC 4314 5.2: whether the client is told that it can change nothing.
    var isReadOnly: Bool { isExamined || rights.isDisjoint(with: .changing) }

    /// Flags of the message at a position, as FETCH shows them.
    func flags(at position: Int) -> [Flag] {
        var flags = view.systemFlags(at: position).list
        if recent.contains(view.uids[position]) { flags.append(.recent) }
        for keyword in view.keywordList(at: position) {
            if let keyword = IMAPSyntax.Keyword(keyword.name) { flags.append(.keyword(keyword)) }
        }
        return flags
    }

    /// How many messages are \Recent.
    var recentCount: UInt32 {
        var count = 0
        for range in recent.ranges {
            count += view.insertionPosition(of: range.upperBound &+ 1) - view.insertionPosition(of: range.lowerBound)
        }
        return UInt32(count)
    }

    /// RFC 9051 7.3.5: all flags there are in the mailbox.
    var knownFlags: [Flag] {
        MessageFlags.all.list
            + view.dictionary.all.compactMap { IMAPSyntax.Keyword($0.name).map(Flag.keyword) }
    }

    /// RFC 9051 7.1, RFC 4314 5.1.1: those that this account can store for good, and whether there may be more.
    var permanentFlags: ResponseCode {
        guard !isReadOnly else { return .permanentFlags([], allowsNewKeywords: false) }
        let flags = knownFlags.filter { flag in
            switch flag {
            case .seen: rights.contains(.seen)
            case .deleted: rights.contains(.deleteMessages)
            default: rights.contains(.write)
            }
        }
        return .permanentFlags(
            flags, allowsNewKeywords: rights.contains(.write) && view.dictionary.hasRoom)
    }
}

/// Learns that a mailbox has changed. Told on any thread.
final class MailboxWatch: Sendable {
    /// Something changed, and it may be anything.
    private let unknown = Atomic<Bool>(false)
    /// The highest mod-sequence that was told since the last look.
    private let told = Atomic<ModSeq>(0)
    /// The session has read the mailbox as of this one.
    private let read = Atomic<ModSeq>(0)
    private let stale = Atomic<Bool>(false)
    private let idling = Atomic<Bool>(false)
    private let subscription = Mutex<ChangeSubscription?>(nil)

    init(_ changes: ChangeFeed, mailbox: MailboxID, outlet: Outlet) {
        let watching = changes.watch(mailbox: mailbox) { [weak self] modSeq in
            guard let self else { return }
            // Most often its own change, come back through the feed.
            if let modSeq {
                guard modSeq > self.read.load(ordering: .sequentiallyConsistent) else { return }
                self.told.max(modSeq, ordering: .sequentiallyConsistent)
            } else {
                self.unknown.store(true, ordering: .sequentiallyConsistent)
            }
            // A session at work, or one that waits for a command and did not ask for more, looks by itself.
            if self.idling.load(ordering: .sequentiallyConsistent) { outlet.wake() }
        }
        subscription.withLock { $0 = watching }
    }

    /// What was told while the session was reading it is no news after.
    var isDirty: Bool {
        unknown.load(ordering: .sequentiallyConsistent) || isStale
            || told.load(ordering: .sequentiallyConsistent) > read.load(ordering: .sequentiallyConsistent)
    }

    /// Whether something changed since the last call, or looking failed.
    func take() -> Bool {
        let isStale = stale.exchange(false, ordering: .sequentiallyConsistent)
        let isUnknown = unknown.exchange(false, ordering: .sequentiallyConsistent)
        let highest = told.exchange(0, ordering: .sequentiallyConsistent)
        return isUnknown || isStale || highest > read.load(ordering: .sequentiallyConsistent)
    }

    /// The session has read the mailbox as of that mod-sequence, or of a later moment.
    func note(_ modSeq: ModSeq) { read.store(modSeq, ordering: .sequentiallyConsistent) }

    /// Looking failed: it is to be done again.
    func mark() { stale.store(true, ordering: .sequentiallyConsistent) }

    /// Whether looking failed, and was not done again.
    var isStale: Bool { stale.load(ordering: .sequentiallyConsistent) }

    func setIdling(_ isIdling: Bool) { idling.store(isIdling, ordering: .sequentiallyConsistent) }

    func cancel() {
        subscription.withLock { subscription in
            subscription?.cancel()
            subscription = nil
        }
    }
}

extension MessageFlags {
    /// The flags as IMAP has them.
    var list: [Flag] {
        var flags: [Flag] = []
        if contains(.answered) { flags.append(.answered) }
        if contains(.flagged) { flags.append(.flagged) }
        if contains(.deleted) { flags.append(.deleted) }
        if contains(.seen) { flags.append(.seen) }
        if contains(.draft) { flags.append(.draft) }
        return flags
    }

    /// The system flags among `flags`, and the keywords.
    static func split(_ flags: [Flag]) throws(CommandFailure) -> (MessageFlags, [LightMailCore.Keyword]) {
        var system: MessageFlags = []
        var keywords: [LightMailCore.Keyword] = []
        for flag in flags {
            switch flag {
            case .answered: system.insert(.answered)
            case .flagged: system.insert(.flagged)
            case .deleted: system.insert(.deleted)
            case .seen: system.insert(.seen)
            case .draft: system.insert(.draft)
            case .recent: break
            case .keyword(let keyword):
                guard let kept = LightMailCore.Keyword(keyword.name) else { throw .no("Keyword is too long", .limit) }
                keywords.append(kept)
            }
        }
        return (system, keywords)
    }
}

import IMAPSyntax
import LightMailCore

/// What a client has asked to be told of by NOTIFY, and nothing else (RFC 5465). Without values: of nothing.
struct Notifications: Sendable {
    /// Of the selected mailbox, whichever that is; nil for no message there.
    var selected: Selected?
    /// Of the account's mailboxes; nil for none.
    var watch: NotifyWatch?

    struct Selected: Sendable {
        /// Whether EXPUNGE waits for a command that allows it.
        let isDelayed: Bool
        let tellsFlags: Bool
        /// What to FETCH of each new message.
        let items: [FetchItem]
    }
}

extension Notifications.Selected {
    /// Of the group about the selected mailbox; nil when there is none, or none of its events.
    init?(_ groups: [NotifyGroup]) {
        guard let group = groups.first(where: \.mailboxes.isSelected) else { return nil }
        for case .messageNew(let items) in group.events {
            self.init(
                isDelayed: group.mailboxes == .selectedDelayed, tellsFlags: group.events.contains(.flagChange),
                items: items)
            return
        }
        return nil
    }
}

/// Which events of which mailboxes are wanted: the groups of NOTIFY that are not about the selected mailbox.
struct NotifyFilter: Sendable {
    struct Events: OptionSet, Sendable {
        let rawValue: UInt8
        static let messages = Events(rawValue: 1)
        static let flags = Events(rawValue: 2)
        static let names = Events(rawValue: 4)
        static let subscriptions = Events(rawValue: 8)
        static let annotations = Events(rawValue: 16)
        static let server = Events(rawValue: 32)
    }

    fileprivate enum Scope: Sendable {
        /// Where deliveries go, which is INBOX.
        case inboxes
        case personal
        case subscribed
        case subtree([MailboxPath])
        case mailboxes([MailboxPath])
    }

    private var groups: [(scope: Scope, events: Events)] = []
    /// The names that are subscribed, kept only if a group asks for them.
    private var subscriptions: Set<MailboxPath> = []

    /// Names that no mailbox can have are passed over, as those of mailboxes that are not there.
    init(_ groups: [NotifyGroup]) {
        self.groups = groups.compactMap { group in
            let events = Events(group.events)
            return Scope(group.mailboxes).flatMap { events.isEmpty ? nil : ($0, events) }
        }
    }

    var isEmpty: Bool { groups.isEmpty }

    /// How many names of mailboxes it holds.
    var nameCount: Int {
        groups.reduce(0) { count, group in
            switch group.scope {
            case .subtree(let paths), .mailboxes(let paths): count + paths.count
            case .inboxes, .personal, .subscribed: count + 1
            }
        }
    }

    var needsSubscriptions: Bool {
        groups.contains { if case .subscribed = $0.scope { true } else { false } }
    }

    mutating func setSubscriptions(_ paths: [MailboxPath]) {
        subscriptions = Set(paths)
    }

    /// RFC 5465 6.4: the list of subscriptions is that of now.
    mutating func follow(_ event: ChangeEvent) {
        guard needsSubscriptions, let name = event.name else { return }
        if event.kind == .subscribed { subscriptions.insert(name) }
        if event.kind == .unsubscribed { subscriptions.remove(name) }
    }

    /// What is wanted of a mailbox; of the server where there is no name.
    func events(of path: MailboxPath?) -> Events {
        groups.reduce(into: []) { events, group in
            guard let path else { return events.formUnion(group.events.intersection(.server)) }
            if covers(group.scope, path) { events.formUnion(group.events) }
        }
    }

    private func covers(_ scope: Scope, _ path: MailboxPath) -> Bool {
        switch scope {
        case .inboxes: path.isInbox
        case .personal: true
        case .subscribed: subscriptions.contains(path)
        case .subtree(let roots): roots.contains { path == $0 || path.isInferior(to: $0) }
        case .mailboxes(let paths): paths.contains(path)
        }
    }
}

extension NotifyFilter.Scope {
    /// Nil for the selected mailbox, which is no business of the filter.
    fileprivate init?(_ mailboxes: NotifyMailboxes) {
        switch mailboxes {
        case .selected, .selectedDelayed: return nil
        case .inboxes: self = .inboxes
        case .personal: self = .personal
        case .subscribed: self = .subscribed
        case .subtree(let names): self = .subtree(names.compactMap { try? $0.path })
        case .mailboxes(let names): self = .mailboxes(names.compactMap { try? $0.path })
        }
    }
}

extension NotifyFilter.Events {
    fileprivate init(_ events: [NotifyEvent]) {
        self = []
        for event in events {
            switch event {
            case .messageNew, .messageExpunge: insert(.messages)
            case .flagChange: insert(.flags)
            case .mailboxName: insert(.names)
            case .subscriptionChange: insert(.subscriptions)
            case .mailboxMetadataChange: insert(.annotations)
            case .serverMetadataChange: insert(.server)
            case .other: break
            }
        }
    }
}

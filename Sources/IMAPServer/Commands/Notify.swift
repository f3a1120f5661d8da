import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 5465 3.1. What it asks for replaces what was asked for before, and holds until the next NOTIFY.
    mutating func notify(_ command: NotifyCommand) async throws -> Completion {
        guard case .set(let status, let groups) = command else {
            setNotifications(Notifications())
            return .ok(ResponseText("Done"))
        }
        guard groups.allSatisfy({ $0.events.allSatisfy(\.isOffered) }) else {
            throw CommandFailure.no("No such event", .badEvent(NotifyEvent.names))
        }
        var filter = NotifyFilter(groups)
        guard filter.nameCount <= Self.maximumNames else {
            throw CommandFailure.no("Too many mailboxes", .notificationOverflow)
        }
        var new = Notifications(selected: Notifications.Selected(groups))
        if !filter.isEmpty { new.watch = try await watch(&filter) }
        setNotifications(new)
        if status { try await tellCounters(filter) }
        if !isDeaf { try await synchronize(SyncScope(expunging: true, showingUIDs: true, isFresh: true)) }
        return .ok(ResponseText("Done"))
    }

    /// Each is compared with the name of whatever changes.
    private static let maximumNames = 1000

    /// A watch that misses nothing from now on, and tells nothing from before.
    private func watch(_ filter: inout NotifyFilter) async throws -> NotifyWatch {
        let account = try requireAccount().id
        let watch = NotifyWatch(store.changes, account, filter) { [outlet] in outlet.wake() }
        do {
            try await store.changes.catchUp()
            let subscriptions = try await filter.needsSubscriptions ? store.mailboxes.subscriptions(account) : []
            filter.setSubscriptions(subscriptions)
            watch.begin(subscriptions: subscriptions)
        } catch {
            watch.cancel()
            throw error
        }
        return watch
    }

    /// RFC 5465 3.1: how the mailboxes stand from which changes are told.
    private mutating func tellCounters(_ filter: NotifyFilter) async throws {
        for mailbox in try await store.mailboxes.list(try requireAccount().id) where mailbox.id != selected?.id {
            let events = filter.events(of: mailbox.name)
            if events.contains(.messages) { try await tellCounters(of: mailbox, events) }
        }
    }
}

extension NotifyEvent {
    fileprivate var isOffered: Bool {
        if case .other = self { false } else { true }
    }
}

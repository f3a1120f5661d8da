import LightMailCore
import Synchronization

/// Collects the events that a session has asked for until it tells its client of them. What it holds is bounded: a
/// client that does not read is told that it has missed some, and of nothing more.
final class NotifyWatch: Sendable {
    /// What is to be told.
    struct Pending: Sendable {
        /// Mailboxes whose messages changed, and what is wanted of them.
        var mailboxes: [MailboxID: NotifyFilter.Events] = [:]
        /// Events that are not of messages, in their order.
        var events: [ChangeEvent] = []
        /// Some were missed.
        var isOverflowing = false

        var isEmpty: Bool { mailboxes.isEmpty && events.isEmpty && !isOverflowing }
    }

    fileprivate struct State {
        var filter: NotifyFilter
        var pending = Pending()
        /// Events of the session's own making, which are not told (RFC 5465 5).
        var own: [ChangeEvent.Deed] = []
    }

    private static let maximumMailboxes = 1000
    private static let maximumEvents = 250
    private static let maximumOwn = 100

    private let state: Mutex<State>
    private let subscription = Mutex<ChangeSubscription?>(nil)

    /// - Parameter wake: called when there is something to tell where there was nothing before; on any thread.
    init(
        _ changes: ChangeFeed, _ account: AccountID, _ filter: NotifyFilter, wake: @escaping @Sendable () -> Void
    ) {
        state = Mutex(State(filter: filter))
        let watching = changes.watch(account: account) { [weak self] events in
            if self?.receive(events) == true { wake() }
        }
        subscription.withLock { $0 = watching }
    }

    var hasPending: Bool { state.withLock { !$0.pending.isEmpty } }

    /// What has come since the last call.
    func take() -> Pending {
        state.withLock { state in
            defer { state.pending = Pending() }
            return state.pending
        }
    }

    /// Begins: what has come so far is in what the session reads from now on.
    ///
    /// - Parameter subscriptions: as of now, where the filter needs them.
    func begin(subscriptions: [MailboxPath]) {
        state.withLock { state in
            state.filter.setSubscriptions(subscriptions)
            state.pending = Pending()
        }
    }

    /// The session did this itself; its event may be here already or come later.
    func expect(_ deed: ChangeEvent.Deed) {
        state.withLock { state in
            if let known = state.pending.events.firstIndex(where: { $0.deed == deed }) {
                state.pending.events.remove(at: known)
            } else if state.own.count < Self.maximumOwn {
                state.own.append(deed)
            }
        }
    }

    func cancel() {
        subscription.withLock { subscription in
            subscription?.cancel()
            subscription = nil
        }
    }

    /// - Returns: whether there is something to tell where there was nothing before.
    private func receive(_ events: [ChangeEvent]?) -> Bool {
        state.withLock { state in
            let wasEmpty = state.pending.isEmpty
            if let events { events.forEach { state.add($0) } } else { state.overflow() }
            if state.pending.mailboxes.count > Self.maximumMailboxes || state.pending.events.count > Self.maximumEvents
            {
                state.overflow()
            }
            return wasEmpty && !state.pending.isEmpty
        }
    }
}

extension NotifyWatch.State {
    fileprivate mutating func overflow() {
        pending = NotifyWatch.Pending(isOverflowing: true)
    }

    fileprivate mutating func add(_ event: ChangeEvent) {
        guard !pending.isOverflowing else { return }
        // Before and after: what is wanted of a subscribed mailbox is that it is unsubscribed too.
        var wanted = filter.events(of: event.name)
        filter.follow(event)
        wanted.formUnion(filter.events(of: event.name))
        if let oldName = event.oldName { wanted.formUnion(filter.events(of: oldName)) }
        if let known = own.firstIndex(of: event.deed) {
            own.remove(at: known)
            return
        }
        switch event.kind {
        case .added, .removed, .messages:
            if wanted.contains(.messages) { pending.mailboxes[event.mailbox, default: []].formUnion(wanted) }
        case .flags:
            if wanted.contains(.flags) { pending.mailboxes[event.mailbox, default: []].insert(.flags) }
        case .created, .deleted, .renamed: if wanted.contains(.names) { pending.events.append(event) }
        case .subscribed, .unsubscribed: if wanted.contains(.subscriptions) { pending.events.append(event) }
        case .metadata:
            if wanted.contains(event.name == nil ? .server : .annotations) { pending.events.append(event) }
        // RFC 5465 5.4: told by the mailbox above.
        case .moved: break
        // Who may do what is nobody's event in RFC 5465.
        case .rights: break
        }
    }
}

extension ChangeEvent {
    /// What was done, without the number of the mailbox that it was done to.
    struct Deed: Sendable, Equatable {
        let kind: Kind
        let name: MailboxPath?
        var entry: String?
    }

    fileprivate var deed: Deed { Deed(kind: kind, name: name, entry: entry) }
}

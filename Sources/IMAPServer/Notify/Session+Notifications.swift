import IMAPSyntax
import LightMailCore
import LightMailDaemon
import NIOCore

// What a session tells without being asked: in IDLE, and as NOTIFY has said (RFC 5465).

extension Session {
    /// Whether the client, waiting in IDLE or between two commands, has to be told something.
    var hasNews: Bool {
        if notifications?.watch?.hasPending == true { return true }
        guard isAttentive, let selected else { return false }
        return selected.watch.isDirty
    }

    /// Whether changes of the selected mailbox are told at once.
    var isAttentive: Bool {
        if let notifications { return notifications.selected != nil }
        return isIdling
    }

    /// Whether the client wants to hear of no message of the selected mailbox (RFC 5465 3.1): its view stands still until
    /// it changes something itself.
    var isDeaf: Bool { notifications != nil && notifications?.selected == nil }

    /// Whether the session is in IDLE.
    var isIdling: Bool {
        if case .idle = dialogue { true } else { false }
    }

    /// Tells what there is. A session that waits owns no task; this one was started for the news.
    mutating func tellNews() async -> Ending {
        var ending = Ending(bytes: [])
        if isAttentive {
            let isDelayed = !isIdling && notifications?.selected?.isDelayed == true
            await synchronizeQuietly(expunging: !isDelayed, showingUIDs: notifications != nil, &ending)
            // A database that is away is not asked over and over by every session that waits.
            if selected?.watch.isStale == true { ending.delay = Self.patience }
        }
        if case .proceed = ending.action { await tellEvents(&ending) }
        ending.bytes = out.takeBytes()
        return ending
    }

    private static let patience = TimeAmount.seconds(1)

    /// Ends what an earlier NOTIFY asked for.
    mutating func setNotifications(_ new: Notifications?) {
        notifications?.watch?.cancel()
        notifications = new
        selected?.watch.setIdling(isAttentive)
    }

    /// What the client wants of each new message (RFC 5465 5.2), its own apart. A message that cannot be read is told of
    /// by EXISTS alone.
    mutating func announceContent(_ added: [UID]) async throws {
        guard let items = notifications?.selected?.items, !items.isEmpty, let selected else { return }
        let wanted = UIDSet(added.filter { !selected.own.contains($0) })
        let positions = wanted.ranges.joined().compactMap { selected.view.position(of: $0) }
        guard !positions.isEmpty else { return }
        let plan = FetchPlan(FetchCommand(messages: SequenceSet(wanted), items: items), showingUID: !usesUIDOnly)
        do {
            _ = try await tell(plan, at: positions.map { $0..<$0 + 1 })
        } catch let error as StoreError {
            logger.warning("cannot read new messages", metadata: [LogKey.error: "\(error)"])
        }
    }

    /// The session put these into a mailbox itself: should it be the selected one, they are no news (RFC 5465 5.2).
    mutating func noteOwn(_ uids: [UID], in mailbox: MailboxID) {
        guard notifications != nil, selected?.id == mailbox else { return }
        selected?.own = UIDSet(uids)
    }

    /// The session did this itself.
    func noteOwn(_ kind: ChangeEvent.Kind, _ name: MailboxPath?, entry: String? = nil) {
        notifications?.watch?.expect(ChangeEvent.Deed(kind: kind, name: name, entry: entry))
    }

    private mutating func tellEvents(_ ending: inout Ending) async {
        guard let pending = notifications?.watch?.take(), !pending.isEmpty else { return }
        do {
            guard !pending.isOverflowing else { throw StoreError(.limit("too many events")) }
            try await tell(pending)
        } catch let error as StoreError {
            // What was missed cannot be told any more (RFC 5465 5.8).
            logger.notice("notifications end", metadata: [LogKey.error: "\(error)"])
            setNotifications(Notifications())
            out.append(
                .untagged(.ok(ResponseText("Too much to tell: ask for it again", code: .notificationOverflow))))
        } catch {
            ending.action = .abort
        }
    }

    private mutating func tell(_ pending: NotifyWatch.Pending) async throws {
        let account = try requireAccount().id
        let changed = pending.mailboxes.filter { $0.key != selected?.id }
        if !changed.isEmpty {
            for mailbox in try await store.mailboxes.find(account, Array(changed.keys)) {
                try await tellCounters(of: mailbox, changed[mailbox.id] ?? [])
            }
        }
        try await tellNames(pending.events.filter { $0.kind != .metadata }, account)
        tellAnnotations(pending.events.filter { $0.kind == .metadata })
    }

    /// STATUS: RFC 5465 5.1 to 5.3.
    mutating func tellCounters(of mailbox: Mailbox, _ events: NotifyFilter.Events) async throws {
        var items: [StatusItem] = events.contains(.messages) ? [.messages, .uidNext, .uidValidity] : [.uidValidity]
        if events.contains(.flags) { items.append(.unseen) }
        if isCondStoreAware { items.append(.highestModSeq) }
        out.append(.status(MailboxName(mailbox.name), try await statusValues(of: mailbox, items)))
        try await flush()
    }

    /// LIST: RFC 5465 5.4 and 5.5. A mailbox that comes or goes changes what is to be said of the one above it.
    private mutating func tellNames(_ events: [ChangeEvent], _ account: AccountID) async throws {
        guard !events.isEmpty else { return }
        let tree = MailboxTree(
            try await store.access.list(account), subscriptions: try await store.mailboxes.subscriptions(account))
        let nodes = Dictionary(tree.nodes.map { ($0.path, $0) }) { first, _ in first }
        var told: Set<MailboxPath> = []
        for event in events {
            guard let name = event.name else { continue }
            var names = [name]
            if event.kind == .created || event.kind == .deleted { names += name.superiors.suffix(1) }
            for path in names where event.kind == .renamed || told.insert(path).inserted {
                let node = nodes[path] ?? MailboxTree.Node(path: path)
                out.append(
                    .list(
                        MailboxListing(
                            attributes: node.attributes, name: MailboxName(path),
                            oldName: event.oldName.map { MailboxName($0) })))
                try await flush()
            }
        }
    }

    /// METADATA without values: RFC 5465 5.6 and 5.7.
    private mutating func tellAnnotations(_ events: [ChangeEvent]) {
        var entries: [(name: MailboxPath?, entries: [MetadataEntryName])] = []
        for event in events {
            guard let entry = event.entry.flatMap({ MetadataEntryName($0.utf8) }) else { continue }
            let known = entries.firstIndex { $0.name == event.name } ?? entries.count
            if known == entries.count { entries.append((event.name, [])) }
            if !entries[known].entries.contains(entry) { entries[known].entries.append(entry) }
        }
        for (path, names) in entries {
            guard let name = path.map({ MailboxName($0) }) ?? MailboxName("") else { continue }
            out.append(.metadataChanged(name, names))
        }
    }
}

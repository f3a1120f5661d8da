import IMAPSyntax
import LightMailCore
import MailFormat

extension Session {
    /// RFC 7377 2 (ESEARCH): a search in several mailboxes. What is selected stays selected.
    mutating func multiSearch(_ tag: String, _ command: MultiSearchCommand) async throws -> Completion {
        if acceptsUTF8, command.search.charset != nil {
            throw CommandFailure.bad("With UTF8=ACCEPT a search names no charset")
        }
        if command.search.key.namesModSequence { becomeCondStoreAware() }
        let returns = command.search.returns ?? .all
        let saves = returns.contains(.save)
        // RFC 7377 2.2: what is saved are messages of the selected mailbox.
        guard !saves || command.sources == [.selected] else {
            throw CommandFailure.bad("SAVE is for the selected mailbox alone")
        }
        let updates = returns.contains(.update)
        if updates { try checkUpdate(tag) }
        do {
            let mailboxes = try await mailboxes(of: command.sources)
            let goal = mailboxes.reduce(0) { $0 + $1.mailbox.messages }
            let progress = SearchProgress(tag: tag, goal: goal, service: service, outlet: outlet)
            // Before anything is looked for, so that a wrong search is an error even where there is nothing to find.
            _ = try Needles(command.search)
            for mailbox in mailboxes {
                guard let searched = try await searched(mailbox.mailbox) else { continue }
                let found = try await find(command.search, in: searched, progress)
                answer(tag, command.search, returns, found, mailbox, searched)
                // RFC 7377 2.2: only of the selected mailbox.
                if updates, searched.id == selected?.id { watch(command.search, found, in: searched, tag, uid: true) }
                try await flush()
            }
            return .ok(ResponseText("Done"))
        } catch {
            if saves { selected?.savedResult = UIDSet() }
            throw error
        }
    }

    /// The mailboxes that the sources name, each once. A name that no mailbox has is passed over (RFC 7377 2.2).
    /// Those that may not be read count as such a name.
    private func mailboxes(of sources: [SearchSource]) async throws -> [ReachedMailbox] {
        let account = try requireAccount().id
        if sources.contains(.selected), selected == nil { throw CommandFailure.bad("Select a mailbox first") }
        let all = try await store.access.list(account).filter {
            $0.rights.contains(.read) || $0.mailbox.id == selected?.id
        }
        let isSubscribed = try await Set(sources.contains(.subscribed) ? store.mailboxes.subscriptions(account) : [])
        let conditions = sources.map { source -> (ReachedMailbox) -> Bool in
            switch source {
            case .selected: { [id = selected?.id] in $0.mailbox.id == id }
            case .inboxes: { $0.name.isInbox }
            case .personal: { $0.isOwn }
            case .subscribed: { isSubscribed.contains($0.name) }
            case .mailboxes(let names): Self.condition(names) { $1.contains($0) }
            case .subtree(let names):
                Self.condition(names) { path, roots in
                    roots.contains(path) || path.superiors.contains(where: roots.contains)
                }
            case .subtreeOne(let names):
                Self.condition(names) { path, roots in
                    roots.contains(path) || path.superiors.last.map(roots.contains) == true
                }
            }
        }
        return all.filter { mailbox in conditions.contains { $0(mailbox) } }
    }

    private static func condition(
        _ names: [MailboxName], _ holds: @escaping (MailboxPath, Set<MailboxPath>) -> Bool
    ) -> (ReachedMailbox) -> Bool {
        // A name that no mailbox can have is one that no mailbox has.
        let paths = Set(names.compactMap { try? $0.path })
        return { holds($0.name, paths) }
    }

    /// The mailbox as the session knows it, or as it is; nil when it is gone.
    private func searched(_ mailbox: Mailbox) async throws -> SearchedMailbox? {
        if let selected, selected.id == mailbox.id { return selected.searched }
        do throws(StoreError) {
            let view = try await store.indexes.refresh(account: mailbox.account, mailbox: mailbox.id)
            var searched = SearchedMailbox(account: mailbox.account, id: mailbox.id, view: view)
            if mailbox.firstRecentUID < view.uidNext {
                searched.recent = UIDSet(mailbox.firstRecentUID...(view.uidNext - 1))
            }
            return searched
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }

    /// RFC 7377 2.1: nothing is said of a mailbox in which nothing was found.
    private mutating func answer(
        _ tag: String, _ command: SearchCommand, _ returns: SearchReturnOptions, _ found: [Int],
        _ mailbox: ReachedMailbox, _ searched: SearchedMailbox
    ) {
        let view = searched.view
        let uids = found.map { view.uids[$0] }
        if returns.contains(.save) { selected?.savedResult = UIDSet(command.returned(uids)) }
        guard returns != .save, !uids.isEmpty else { return }
        var result = ESearchResult(tag: tag, uid: true)
        result.mailbox = SearchedMailboxName(MailboxName(mailbox.name), uidValidity: view.uidValidity)
        if returns.contains(.min) { result.min = uids.first }
        if returns.contains(.max) { result.max = uids.last }
        if returns.contains(.count) { result.count = UInt32(uids.count) }
        if returns.contains(.all) { result.all = SequenceSet(ascending: uids) }
        result.partial = command.window(on: uids)
        if command.key.namesModSequence { result.modSequence = command.returned(found).map { view.modSeqs[$0] }.max() }
        out.append(.eSearch(result))
    }
}

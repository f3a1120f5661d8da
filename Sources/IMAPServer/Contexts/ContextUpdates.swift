import IMAPSyntax
import LightMailCore
import LightMailDaemon

// Tells the client how the results that it watches change (RFC 5267 4.3): what leaves with an EXPUNGE before it is told,
// the rest once the client knows the messages as they are now.

extension Session {
    /// RFC 5267 4.3: updates of two searches could not be told apart by the same tag.
    func checkUpdate(_ tag: String) throws(CommandFailure) {
        guard let selected else { throw .bad("Select a mailbox first") }
        guard !selected.contexts.contains(where: { $0.tag == tag }) else { throw .bad("The tag is in use") }
    }

    /// A result that the client wants to be kept informed of, or the reason why it will not be.
    mutating func watch(
        _ command: SearchCommand, _ found: [Int], in mailbox: SearchedMailbox, _ tag: String, uid: Bool
    ) {
        guard let selected else { return }
        guard selected.contexts.count < service.limits.searchContexts else {
            out.append(.untagged(.no(ResponseText("Too many searches to keep up to date", code: .noUpdate(tag)))))
            return
        }
        var search = command
        search.key = command.key.fixed(in: mailbox)
        let result = UIDSet(found.map { mailbox.view.uids[$0] })
        self.selected?.contexts.append(SearchContext(tag: tag, uid: uid, search: search, result: result))
    }

    /// Tells which messages leave results because they are gone. Before EXPUNGE, as long as their numbers mean them.
    ///
    /// - Parameter expunged: positions in the view that the client still has.
    mutating func tellContexts(expunged: [Int]) {
        guard var selected, !selected.contexts.isEmpty, !expunged.isEmpty else { return }
        for place in selected.contexts.indices {
            let gone = expunged.filter { selected.contexts[place].result.contains(selected.view.uids[$0]) }
            tell(&selected.contexts[place], selected.view, added: [], removed: gone)
        }
        self.selected = selected
    }

    /// Tells how results change by messages that are new, or have changed.
    ///
    /// - Throws: `ConnectionClosed`.
    mutating func tellContexts(changed uids: [UID]) async throws(ConnectionClosed) {
        guard let selected, !selected.contexts.isEmpty, !uids.isEmpty else { return }
        let mailbox = selected.searched
        let positions = uids.compactMap { mailbox.view.position(of: $0) }.sorted()
        var kept: [SearchContext] = []
        for var context in selected.contexts {
            do {
                let progress = SearchProgress(tag: context.tag, goal: positions.count, service: service, outlet: outlet)
                let search = try MessageSearch(context.search, in: mailbox)
                let finder = MessageFinder(store: store, search: search, progress: progress, logger: logger)
                let matching = try await Set(finder.positions(among: positions))
                let added = positions.filter {
                    matching.contains($0) && !context.result.contains(mailbox.view.uids[$0])
                }
                let removed = positions.filter {
                    !matching.contains($0) && context.result.contains(mailbox.view.uids[$0])
                }
                tell(&context, mailbox.view, added: added, removed: removed)
                kept.append(context)
            } catch let error as ConnectionClosed {
                throw error
            } catch {
                // What cannot be kept up to date is given up, and the client is told so.
                logger.warning("cannot search again", metadata: [LogKey.error: "\(error)"])
                out.append(.untagged(.no(ResponseText("No more updates", code: .noUpdate(context.tag)))))
            }
        }
        self.selected?.contexts = kept
    }

    /// RFC 5267 4.3.3, 4.3.4. Position 0: the client keeps the order of the mailbox by itself.
    private mutating func tell(
        _ context: inout SearchContext, _ view: MailboxIndex, added: [Int], removed: [Int]
    ) {
        guard !added.isEmpty || !removed.isEmpty else { return }
        let isUID = context.uid
        func numbers(_ positions: [Int]) -> SequenceSet {
            SequenceSet(ascending: positions.lazy.map { isUID ? view.uids[$0] : UInt32($0) + 1 })
        }
        var update = ESearchResult(tag: context.tag, uid: isUID)
        update.removed = numbers(removed)
        update.added = numbers(added)
        out.append(.eSearch(update))
        let gone = Set(removed.map { view.uids[$0] })
        var result = context.result.ranges.flatMap { Array($0) }.filter { !gone.contains($0) }
        result += added.map { view.uids[$0] }
        context.result = UIDSet(result)
    }
}

import IMAPSyntax
import LightMailCore
import MailFormat

extension Session {
    /// RFC 5256 3 (SORT); with RETURN the answer is ESEARCH (RFC 5267 3), with MODSEQ it holds the highest
    /// mod-sequence found (RFC 7162 3.1.6).
    mutating func sort(_ tag: String, _ command: SortCommand, uid: Bool) async throws -> Completion {
        // RFC 5267 4.4: that is for CONTEXT=SORT.
        guard command.search.partial == nil else { throw CommandFailure.bad("PARTIAL is for SEARCH") }
        if command.search.key.namesModSequence { becomeCondStoreAware() }
        let saves = command.search.returns?.contains(.save) == true
        do {
            let mailbox = try requireSelected().searched
            let progress = SearchProgress(tag: tag, goal: mailbox.view.count, service: service, outlet: outlet)
            let found = try await find(command.search, in: mailbox, progress)
            let sorted = try await sort(found, by: command.criteria, in: mailbox, progress)
            let numbers = sorted.map { uid ? mailbox.view.uids[$0] : UInt32($0) + 1 }
            if let returns = command.search.returns {
                answer(tag, command.search, returns, sorted, numbers, uid: uid)
                if returns.contains(.update) {
                    // RFC 5267 4.3.1: that is for CONTEXT=SORT.
                    out.append(
                        .untagged(.no(ResponseText("What is sorted is not kept up to date", code: .noUpdate(tag)))))
                }
            } else {
                let modSeq = command.search.key.namesModSequence ? found.map { mailbox.view.modSeqs[$0] }.max() : nil
                out.append(.sort(numbers, highestModSeq: modSeq))
            }
            return .ok(ResponseText("Done"))
        } catch {
            if saves { selected?.savedResult = UIDSet() }
            throw error
        }
    }

    /// Positions in the order of the criteria. One round trip a thousand messages, none where the index knows enough.
    private func sort(
        _ positions: [Int], by criteria: [SortCriterion], in mailbox: SearchedMailbox, _ progress: SearchProgress
    ) async throws -> [Int] {
        var keys = SortKeys(criteria)
        for batch in [positions.indices].batches(of: Self.messagesAtOnce) {
            var envelopes: [UID: Envelope] = [:]
            if keys.needsEnvelopes {
                let uids = batch.map { mailbox.view.uids[positions[$0]] }
                for detail in try await store.messages.details(
                    account: mailbox.account, mailbox: mailbox.id, uids: uids, parts: .envelope)
                {
                    envelopes[detail.uid] = detail.envelope
                }
                try await progress.tell()
            }
            for place in batch {
                keys.append(mailbox.view, positions[place], envelopes[mailbox.view.uids[positions[place]]])
            }
        }
        return positions.indices.sorted { keys.precedes($0, $1) }.map { positions[$0] }
    }

    /// RFC 5267 3.1: as in SEARCH, but MIN and MAX are the first and the last in the order, and ALL is in the order.
    private mutating func answer(
        _ tag: String, _ command: SearchCommand, _ returns: SearchReturnOptions, _ positions: [Int],
        _ numbers: [UInt32],
        uid: Bool
    ) {
        guard let view = selected?.view else { return }
        let returned = command.returned(positions)
        if returns.contains(.save) { selected?.savedResult = UIDSet(returned.map { view.uids[$0] }) }
        guard returns != .save else { return }
        var result = ESearchResult(tag: tag, uid: uid)
        if returns.contains(.min) { result.min = numbers.first }
        if returns.contains(.max) { result.max = numbers.last }
        if returns.contains(.count) { result.count = UInt32(numbers.count) }
        if returns.contains(.all) { result.sorted = numbers }
        if command.key.namesModSequence { result.modSequence = returned.map { view.modSeqs[$0] }.max() }
        out.append(.eSearch(result))
    }
}

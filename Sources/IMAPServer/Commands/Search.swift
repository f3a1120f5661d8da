import IMAPSyntax
import LightMailCore
import MailFormat

extension Session {
    /// RFC 9051 6.4.4. In IMAP4rev2, and with RETURN, the answer is ESEARCH (RFC 4731). With MODSEQ it holds the highest
    /// mod-sequence found (RFC 7162 3.1.6, 3.1.10). Once UTF8=ACCEPT is enabled, all is UTF-8 (RFC 6855 3).
    mutating func search(_ tag: String, _ command: SearchCommand, uid: Bool) async throws -> Completion {
        if acceptsUTF8, command.charset != nil {
            throw CommandFailure.bad("With UTF8=ACCEPT a search names no charset")
        }
        if command.key.namesModSequence { becomeCondStoreAware() }
        let saves = command.returns?.contains(.save) == true
        do {
            let found = try await find(command)
            try answer(tag, command, found, uid: uid)
            return .ok(ResponseText("Done"))
        } catch {
            // RFC 9051 6.4.4.1: a search that failed leaves nothing saved.
            if saves { selected?.savedResult = UIDSet() }
            throw error
        }
    }

    /// Positions of the messages that match, ascending.
    private mutating func find(_ command: SearchCommand) async throws -> [Int] {
        let selected = try requireSelected()
        let search = try MessageSearch(command, in: selected)
        var found: [Int] = []
        var batch: [Int] = []
        for position in 0..<selected.view.count {
            switch search.verdict(at: position) {
            case true?: found.append(position)
            case false?: break
            case nil: batch.append(position)
            }
            if batch.count == Self.messagesAtOnce {
                found += try await read(batch, search, selected)
                batch = []
            }
        }
        found += try await read(batch, search, selected)
        found.sort()
        return found
    }

    /// Those of the messages that match once their headers, and where that is not enough their bodies, are read.
    private func read(
        _ positions: [Int], _ search: MessageSearch, _ selected: SelectedMailbox
    ) async throws -> [Int] {
        guard !positions.isEmpty else { return [] }
        let details = try await store.messages.details(
            account: selected.account, mailbox: selected.id, uids: positions.map { selected.view.uids[$0] },
            parts: search.parts)
        var found: [Int] = []
        for detail in details {
            guard let position = selected.view.position(of: detail.uid) else { continue }
            let text = try await search.parts.contains(.header) ? header(of: detail) : []
            let header = SearchableHeader(text, of: detail)
            if let verdict = search.verdict(at: position, header) {
                if verdict { found.append(position) }
            } else if search.verdict(at: position, header, try await bodyMatches(search, detail)) == true {
                found.append(position)
            }
        }
        return found
    }

    private mutating func answer(
        _ tag: String, _ command: SearchCommand, _ found: [Int], uid: Bool
    ) throws(CommandFailure) {
        let view = try requireSelected().view
        let numbers = found.map { uid ? view.uids[$0] : UInt32($0) + 1 }
        guard let returns = command.returns ?? (isRev2 ? .all : nil) else {
            let modSeq = command.key.namesModSequence ? found.map { view.modSeqs[$0] }.max() : nil
            out.append(.search(numbers, highestModSeq: modSeq))
            return
        }
        if returns.contains(.save) {
            let result = saved(found, view, returns, command.partial)
            selected?.savedResult = result
        }
        guard returns != .save else { return }
        var result = ESearchResult(tag: tag, uid: uid)
        if returns.contains(.min) { result.min = numbers.first }
        if returns.contains(.max) { result.max = numbers.last }
        if returns.contains(.count) { result.count = UInt32(numbers.count) }
        if returns.contains(.all), !numbers.isEmpty { result.all = SequenceSet(ascending: numbers) }
        if let partial = command.partial {
            let chosen = numbers[partial.places(among: numbers.count)]
            result.partial = PartialResult(partial, SequenceSet(ascending: chosen))
        }
        if command.key.namesModSequence { result.modSequence = modSequence(found, view, returns) }
        out.append(.eSearch(result))
    }

    /// RFC 4731 3.2: MIN and MAX alone tell of what they return, everything else of all that was found.
    private func modSequence(_ found: [Int], _ view: MailboxIndex, _ returns: SearchReturnOptions) -> ModSeq? {
        guard returns.isDisjoint(with: [.all, .count]), !returns.isDisjoint(with: [.min, .max]) else {
            return found.map { view.modSeqs[$0] }.max()
        }
        var modSeqs: [ModSeq] = []
        if returns.contains(.min), let first = found.first { modSeqs.append(view.modSeqs[first]) }
        if returns.contains(.max), let last = found.last { modSeqs.append(view.modSeqs[last]) }
        return modSeqs.max()
    }

    /// RFC 9051 6.4.4.1, table 3, RFC 9394 3.2, table 1: MIN, MAX and PARTIAL alone save only what they return.
    private func saved(
        _ found: [Int], _ view: MailboxIndex, _ returns: SearchReturnOptions, _ partial: PartialRange?
    ) -> UIDSet {
        let uids = found.map { view.uids[$0] }
        guard returns.isDisjoint(with: [.all, .count]), !returns.isDisjoint(with: [.min, .max, .partial]) else {
            return UIDSet(uids)
        }
        var kept = partial.map { Array(uids[$0.places(among: uids.count)]) } ?? []
        if returns.contains(.min), let first = uids.first { kept.append(first) }
        if returns.contains(.max), let last = uids.last { kept.append(last) }
        return UIDSet(kept)
    }
}

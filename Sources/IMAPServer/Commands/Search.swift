import IMAPSyntax
import LightMailCore
import MailFormat

extension Session {
    /// RFC 9051 6.4.4. In IMAP4rev2, and with RETURN, the answer is ESEARCH (RFC 4731). With MODSEQ it holds the highest
    /// mod-sequence found (RFC 7162 3.1.6, 3.1.10); with UPDATE the client is told how the result changes (RFC 5267 4.3).
    /// Once UTF8=ACCEPT is enabled, all is UTF-8 (RFC 6855 3).
    mutating func search(_ tag: String, _ command: SearchCommand, uid: Bool) async throws -> Completion {
        if acceptsUTF8, command.charset != nil {
            throw CommandFailure.bad("With UTF8=ACCEPT a search names no charset")
        }
        if command.key.namesModSequence { becomeCondStoreAware() }
        let saves = command.returns?.contains(.save) == true
        let updates = command.returns?.contains(.update) == true
        if updates { try checkUpdate(tag) }
        do {
            let mailbox = try requireSelected().searched
            let progress = SearchProgress(tag: tag, goal: mailbox.view.count, service: service, outlet: outlet)
            let found = try await find(command, in: mailbox, progress)
            try answer(tag, command, found, uid: uid)
            if updates { watch(command, found, in: mailbox, tag, uid: uid) }
            return .ok(ResponseText("Done"))
        } catch {
            // RFC 9051 6.4.4.1: a search that failed leaves nothing saved.
            if saves { selected?.savedResult = UIDSet() }
            throw error
        }
    }

    /// Positions of the messages that match, ascending.
    func find(_ command: SearchCommand, in mailbox: SearchedMailbox, _ progress: SearchProgress) async throws -> [Int] {
        let search = try MessageSearch(command, in: mailbox)
        return try await MessageFinder(store: store, search: search, progress: progress, logger: logger).positions()
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
            // RFC 9051 6.4.4.1, table 3; RFC 9394 3.2, table 1
            selected?.savedResult = UIDSet(command.returned(found).map { view.uids[$0] })
        }
        guard returns != .save else { return }
        var result = ESearchResult(tag: tag, uid: uid)
        if returns.contains(.min) { result.min = numbers.first }
        if returns.contains(.max) { result.max = numbers.last }
        if returns.contains(.count) { result.count = UInt32(numbers.count) }
        if returns.contains(.all), !numbers.isEmpty { result.all = SequenceSet(ascending: numbers) }
        result.partial = command.window(on: numbers)
        // RFC 4731 3.2
        if command.key.namesModSequence { result.modSequence = command.returned(found).map { view.modSeqs[$0] }.max() }
        out.append(.eSearch(result))
    }
}

extension SearchCommand {
    /// What MIN, MAX and PARTIAL alone return of what was found, in the order of the answer; everything else returns all
    /// of it.
    func returned<Element>(_ found: [Element]) -> [Element] {
        let returns = returns ?? .all
        guard returns.isDisjoint(with: [.all, .count]), !returns.isDisjoint(with: [.min, .max, .partial]) else {
            return found
        }
        var kept = partial.map { Array(found[$0.places(among: found.count)]) } ?? []
        if returns.contains(.min), let first = found.first { kept.append(first) }
        if returns.contains(.max), let last = found.last { kept.append(last) }
        return kept
    }

    /// RFC 9394 3.1: PARTIAL of the numbers found, which ascend.
    func window(on numbers: [UInt32]) -> PartialResult? {
        partial.map { PartialResult($0, SequenceSet(ascending: numbers[$0.places(among: numbers.count)])) }
    }
}

import LightMailCore
import LightMailDaemon
import Logging
import MailFormat

/// Puts a search to every message of a mailbox, the cheap steps first: the index, then headers, then bodies.
///
/// What it holds at once is bounded: the headers of a batch, and a piece of each of a few bodies.
struct MessageFinder: Sendable {
    /// How many bodies are read at the same time.
    private static let bodiesAtOnce = 4
    /// How many headers too large for a batch are read at the same time.
    private static let largeHeadersAtOnce = 64
    /// How many body structures that are not short are read at the same time; of hostile mail each may take megabytes.
    private static let structuresAtOnce = 16

    let store: Store
    let search: MessageSearch
    let progress: SearchProgress
    let logger: Logger

    private struct Candidate: Sendable {
        let position: Int
        let header: SearchableHeader
        /// With the structure, if that is short.
        let details: MessageDetails
    }

    /// Positions of the messages that match, ascending.
    ///
    /// - Throws: `StoreError`, `ConnectionClosed`.
    func positions() async throws -> [Int] {
        try await positions(among: search.mailbox.view.uids.indices)
    }

    /// Those of the positions, ascending, whose messages match.
    ///
    /// - Throws: `StoreError`, `ConnectionClosed`.
    func positions(among positions: some Sequence<Int>) async throws -> [Int] {
        var found: [Int] = []
        var batch: [Int] = []
        var decided = 0
        for position in positions {
            switch search.verdict(at: position) {
            case true?:
                found.append(position)
                decided += 1
            case false?: decided += 1
            case nil: batch.append(position)
            }
            guard batch.count == Session.messagesAtOnce else { continue }
            try await progress.advance(by: decided)
            decided = 0
            found += try await read(batch)
            batch = []
        }
        try await progress.advance(by: decided)
        found += try await read(batch)
        found.sort()
        return found
    }

    /// Those of the messages that match once their headers, and where that is not enough their bodies, are read.
    private func read(_ positions: [Int]) async throws -> [Int] {
        guard let first = positions.first, let last = positions.last else { return [] }
        if search.needsEnvelopesAtMost, last - first < 2 * positions.count { return try await readEnvelopes(positions) }
        var found: [Int] = []
        var large: [Int] = []
        var undecided: [Candidate] = []
        let needsHeader = search.parts.contains(.shortHeader)
        let parts = search.needles.bodies.isEmpty ? search.parts : search.parts.union(.shortStructure)
        for detail in try await details(positions, parts) {
            guard let position = search.mailbox.view.position(of: detail.uid) else { continue }
            if needsHeader, detail.header == nil {
                large.append(position)
            } else {
                decide(detail, position, try SearchableHeader(detail.header ?? [], of: detail), &found, &undecided)
            }
        }
        for group in large.groups(of: Self.largeHeadersAtOnce) {
            for detail in try await details(group, parts.union(.header)) {
                guard let position = search.mailbox.view.position(of: detail.uid) else { continue }
                let header = try await header(of: detail)
                decide(detail, position, try SearchableHeader(header, of: detail), &found, &undecided)
            }
        }
        try await progress.advance(by: positions.count - undecided.count)
        found += try await searchBodies(of: undecided.filter { $0.details.structure != nil })
        for group in undecided.filter({ $0.details.structure == nil }).groups(of: Self.structuresAtOnce) {
            found += try await searchBodies(of: try await readStructures(of: group))
        }
        return found
    }

    /// Those of the messages that match, where envelopes decide.
    private func readEnvelopes(_ positions: [Int]) async throws -> [Int] {
        let view = search.mailbox.view
        let uids = positions.map { view.uids[$0] }
        var found: [Int] = []
        var start = 0
        while start < uids.count {
            let pack = try await store.messages.envelopes(
                account: search.mailbox.account, view: view, uids: uids[start...])
            let end = uids[start...].firstIndex { $0 > pack.range.upperBound } ?? uids.count
            var place = start
            try pack.forEach(uids[start..<end]) { _, envelope in
                if let envelope {
                    let header = SearchableHeader(SearchableEnvelope(envelope, in: pack.bytes))
                    if search.verdict(at: positions[place], header) == true { found.append(positions[place]) }
                }
                place += 1
            }
            try await progress.advance(by: end - start)
            start = end
        }
        return found
    }

    private func details(_ positions: [Int], _ parts: DetailParts) async throws(StoreError) -> [MessageDetails] {
        let mailbox = search.mailbox
        return try await store.messages.details(
            account: mailbox.account, mailbox: mailbox.id, uids: positions.map { mailbox.view.uids[$0] }, parts: parts)
    }

    /// A header that may be too large to be kept in the row.
    private func header(of details: MessageDetails) async throws -> [UInt8] {
        if let header = details.header { return header }
        let range = 0..<min(details.headerSize, UInt64(SectionContent.maximumHeader))
        var bytes: [UInt8] = []
        for try await chunk in store.messages.content(of: details, range: range) { bytes += chunk }
        return bytes
    }

    private func decide(
        _ details: MessageDetails, _ position: Int, _ header: SearchableHeader, _ found: inout [Int],
        _ undecided: inout [Candidate]
    ) {
        switch search.verdict(at: position, header) {
        case true?: found.append(position)
        case false?: break
        case nil: undecided.append(Candidate(position: position, header: header, details: details))
        }
    }

    /// With structures that are not short. A message that is gone meanwhile is left out.
    private func readStructures(of candidates: [Candidate]) async throws -> [Candidate] {
        let known = Dictionary(candidates.map { ($0.position, $0) }) { first, _ in first }
        return try await details(candidates.map(\.position), .structure).compactMap { details in
            guard let position = search.mailbox.view.position(of: details.uid), let candidate = known[position]
            else { return nil }
            return Candidate(position: position, header: candidate.header, details: details)
        }
    }

    /// Each task takes every fourth message: one at a time for each would cost as much as to search a short one.
    private func searchBodies(of candidates: [Candidate]) async throws -> [Int] {
        try await withThrowingTaskGroup(of: [Int].self) { group in
            for first in 0..<min(Self.bodiesAtOnce, candidates.count) {
                group.addTask {
                    var found: [Int] = []
                    for place in stride(from: first, to: candidates.count, by: Self.bodiesAtOnce)
                    where try await self.matches(candidates[place]) {
                        found.append(candidates[place].position)
                    }
                    return found
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func matches(_ candidate: Candidate) async throws -> Bool {
        var body = BodySearch(store.messages, candidate.details, search.needles.bodies, progress)
        do {
            try await body.run()
        } catch let error as StoreError where error.kind == .notFound || error.kind == .corrupt {
            // One damaged message is no reason to find none of the others.
            logger.error("cannot search a message", metadata: [LogKey.error: "\(error)"])
        }
        try await progress.advance()
        return search.verdict(at: candidate.position, candidate.header, body.found) == true
    }
}

extension Array {
    /// The elements, some at a time.
    fileprivate func groups(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}

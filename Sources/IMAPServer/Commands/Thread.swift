import IMAPSyntax
import LightMailCore
import MailFormat

extension Session {
    /// RFC 5256 3 (THREAD)
    mutating func thread(_ tag: String, _ command: ThreadCommand, uid: Bool) async throws -> Completion {
        if command.search.key.namesModSequence { becomeCondStoreAware() }
        let mailbox = try requireSelected().searched
        let progress = SearchProgress(tag: tag, goal: mailbox.view.count, service: service, outlet: outlet)
        let found = try await find(command.search, in: mailbox, progress)
        switch command.algorithm {
        case .orderedSubject:
            out.append(.thread(try await orderedSubject(found, in: mailbox, uid: uid, progress)))
        case .references:
            do {
                out.append(.thread(try await references(found, in: mailbox, uid: uid, progress)))
            } catch is ReferenceThreading.TooMuch {
                throw CommandFailure.no("Too many references", .limit)
            }
        }
        return .ok(ResponseText("Done"))
    }

    private func orderedSubject(
        _ positions: [Int], in mailbox: SearchedMailbox, uid: Bool, _ progress: SearchProgress
    ) async throws -> MessageThreads {
        var messages: [OrderedSubject.Message] = []
        try await read(positions, in: mailbox, .envelope, progress) { position, details in
            messages.append(
                OrderedSubject.Message(
                    number: uid ? mailbox.view.uids[position] : UInt32(position) + 1,
                    date: SortKeys.sentDate(details?.envelope?.date, mailbox.view, position),
                    subject: ThreadSubject(details?.envelope?.subject ?? []).text))
        }
        return OrderedSubject.threads(of: messages)
    }

    private func references(
        _ positions: [Int], in mailbox: SearchedMailbox, uid: Bool, _ progress: SearchProgress
    ) async throws -> MessageThreads {
        var threading = ReferenceThreading()
        try await read(positions, in: mailbox, [.envelope, .shortHeader], progress) { position, details in
            let envelope = details?.envelope
            try threading.add(
                ReferenceThreading.Message(
                    number: uid ? mailbox.view.uids[position] : UInt32(position) + 1,
                    date: SortKeys.sentDate(envelope?.date, mailbox.view, position),
                    subject: ThreadSubject(envelope?.subject ?? []),
                    id: envelope?.messageID.flatMap { MessageID.first(in: $0) },
                    references: details.map(Self.references) ?? []))
        }
        return threading.threads()
    }

    /// RFC 5256 3: the identifiers of References, or else the first one of In-Reply-To. A header so large that it is not
    /// read along counts by its In-Reply-To.
    private static func references(_ details: MessageDetails) -> [MessageID] {
        if let header = details.header, let value = HeaderBlock(header).values(of: "references").first {
            let ids = MessageID.list(in: value, limit: ReferenceThreading.maximumReferences)
            if !ids.isEmpty { return ids }
        }
        return details.envelope?.inReplyTo.flatMap { MessageID.first(in: $0) }.map { [$0] } ?? []
    }

    /// Gives each message to `body`, in the order of the mailbox; nil for one that is gone meanwhile. One round trip a
    /// thousand messages.
    private func read(
        _ positions: [Int], in mailbox: SearchedMailbox, _ parts: DetailParts, _ progress: SearchProgress,
        _ body: (Int, MessageDetails?) throws -> Void
    ) async throws {
        for batch in [positions.indices].batches(of: Self.messagesAtOnce) {
            let uids = batch.map { mailbox.view.uids[positions[$0]] }
            var details: [UID: MessageDetails] = [:]
            for detail in try await store.messages.details(
                account: mailbox.account, mailbox: mailbox.id, uids: uids, parts: parts)
            {
                details[detail.uid] = detail
            }
            for place in batch {
                let position = positions[place]
                try body(position, details[mailbox.view.uids[position]])
            }
            try await progress.tell()
        }
    }
}

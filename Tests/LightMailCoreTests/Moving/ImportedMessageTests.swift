// What comes from elsewhere is taken once, whatever happens in between.

import Testing

@testable import LightMailCore

@Suite(.timeLimit(.minutes(3))) struct ImportedMessageTests {
    private func imported(
        _ bench: StoreBench, _ number: Int, into mailbox: MailboxID, keywords: [String] = []
    ) async throws -> ImportedMessage {
        ImportedMessage(
            message: try await bench.receive(Array("Subject: \(number)\r\n\r\nbody\r\n".utf8)), mailbox: mailbox,
            flags: [.seen, .deleted], keywords: keywords.compactMap { Keyword($0) }, internalDate: 1_000,
            source: [UInt8](repeating: UInt8(number), count: 32))
    }

    @Test func aSourceIsTakenOnce() async throws {
        try await StoreBench.run { bench in
            let (first, second) = (try await bench.account("first"), try await bench.account("second"))
            let inbox = try await bench.inbox(first)
            for round in 0..<2 {
                let messages = [
                    try await imported(bench, 1, into: inbox.id), try await imported(bench, 2, into: inbox.id),
                    // The same twice in one batch.
                    try await imported(bench, 1, into: inbox.id),
                ]
                let results = try await bench.store.delivery.add(imported: messages, account: first.id).map {
                    try $0.get().isRepeat
                }
                #expect(results == (round == 0 ? [false, false, true] : [true, true, true]))
            }
            #expect(try await bench.inbox(first).messages == 2)
            #expect(try await bench.inbox(first).unseen == 0)
            let index = try await bench.index(of: inbox)
            #expect(index.dates == [1_000, 1_000] && index.systemFlags(at: 0) == [.seen, .deleted])
            // What another account has taken is its own affair.
            let sources = (1...3).map { [UInt8](repeating: $0, count: 32) }
            #expect(try await bench.store.delivery.imported(sources, account: first.id) == Set(sources.prefix(2)))
            #expect(try await bench.store.delivery.imported(sources, account: second.id) == [])
            // Repeats leave no objects behind.
            #expect(try await bench.keys().count == 2)
            #expect(try await bench.findings() == [:])

            #expect(try await bench.store.delivery.forgetImports(of: second.id) == 0)
            #expect(try await bench.store.delivery.forgetImports(of: first.id) == 2)
            #expect(try await bench.store.delivery.imported(sources, account: first.id) == [])
        }
    }

    @Test func twoImportsAtOnceAddOneMessage() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            let repeats = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let message = try await imported(bench, 7, into: inbox.id)
                        let results = await bench.store.delivery.add(imported: [message], account: account.id)
                        return try results.allSatisfy { try $0.get().isRepeat }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(repeats.count == 8 && repeats.filter { !$0 }.count == 1)
            #expect(try await bench.inbox(account).messages == 1)
        }
    }

    @Test func keywordsBeyondTheMailboxesRoomAreLeftOut() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            let many = (0..<60).map { "k\($0)" }
            let messages = [
                try await imported(bench, 1, into: inbox.id, keywords: many),
                try await imported(bench, 2, into: inbox.id, keywords: ["a", "b", "K1", "c", "d", "e", "f", "a"]),
            ]
            for result in await bench.store.delivery.add(imported: messages, account: account.id) {
                _ = try result.get()
            }
            let index = try await bench.index(of: inbox)
            #expect(index.keywordList(at: 0).count == 60)
            #expect(Set(index.keywordList(at: 1).map { $0.name.lowercased() }) == ["a", "b", "k1", "c", "d"])
        }
    }

    @Test func whatFindsNoRoomIsNotNoted() async throws {
        try await StoreBench.run { bench in
            let account = try await bench.account("a")
            let inbox = try await bench.inbox(account)
            try await bench.limit(account, QuotaChange(messages: .at(1)))
            let messages = [try await imported(bench, 1, into: inbox.id), try await imported(bench, 2, into: inbox.id)]
            let results = await bench.store.delivery.add(imported: messages, account: account.id)
            #expect(throws: Never.self) { try results[0].get() }
            #expect(throws: StoreError.self) { try results[1].get() }
            let sources = messages.map(\.source)
            #expect(try await bench.store.delivery.imported(sources, account: account.id) == [sources[0]])
            #expect(try await bench.findings() == [:])
        }
    }
}

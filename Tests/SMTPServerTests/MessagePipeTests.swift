import SMTPSyntax
import Testing

@testable import SMTPServer

@Suite struct MessagePipeTests {
    private let account = BufferAccount()

    private func pipe(_ capacity: Int, onRoom: @escaping @Sendable () -> Void = {}) -> MessagePipe {
        MessagePipe(capacity: capacity, account: account, onRoom: onRoom)
    }

    @Test func carriesBytesInOrderAndEnds() async throws {
        let pipe = pipe(100)
        pipe.append([1, 2])
        pipe.append([3])
        #expect(try await pipe.next() == [1, 2, 3])
        async let next = pipe.next()
        pipe.append([4])
        #expect(try await next == [4])
        pipe.append([5])
        pipe.finish()
        pipe.append([6])
        #expect(try await pipe.next() == [5])
        #expect(try await pipe.next() == nil)
        #expect(account.current == 0)
    }

    @Test func asksTheSenderToWaitAndTellsItWhenToGoOn() async throws {
        let calls = BufferAccount()
        let pipe = pipe(4) { calls.add(1) }
        pipe.append([1, 2, 3])
        #expect(!pipe.isFull)
        pipe.append([4, 5])
        #expect(pipe.isFull)
        #expect(calls.current == 0)
        #expect(try await pipe.next() == [1, 2, 3, 4, 5])
        #expect(!pipe.isFull)
        #expect(calls.current == 1)
        // What the reader works on still counts.
        #expect(account.current == 5)
        pipe.append([6])
        #expect(account.current == 6)
        #expect(account.peak == 6)
        #expect(try await pipe.next() == [6])
        #expect(calls.current == 1)
    }

    @Test func anInterruptionDropsWhatWaits() async {
        let pipe = pipe(4)
        pipe.append([1, 2, 3, 4])
        pipe.interrupt(.tooLarge)
        #expect(!pipe.isFull)
        #expect(account.current == 0)
        #expect(pipe.refusal == ErrorReplies.tooLarge)
        pipe.append([5])
        await #expect(throws: MessagePipe.Interruption.tooLarge) { try await pipe.next() }
        // The first reason stays.
        pipe.interrupt(.abandoned)
        await #expect(throws: MessagePipe.Interruption.tooLarge) { try await pipe.next() }
    }

    @Test func anInterruptionWakesTheReader() async {
        let pipe = pipe(4)
        let next = Task { try await pipe.next() }
        pipe.interrupt(.abandoned)
        await #expect(throws: MessagePipe.Interruption.abandoned) { try await next.value }
        #expect(pipe.refusal == nil)
    }

    @Test func aReaderThatGivesUpLetsTheSenderGoOn() async {
        let pipe = pipe(2)
        pipe.append([1, 2, 3])
        #expect(pipe.isFull)
        let reply = Reply(451, "no")
        pipe.discard(reply)
        #expect(!pipe.isFull)
        pipe.append([4, 5, 6])
        #expect(!pipe.isFull)
        #expect(account.current == 0)
        #expect(pipe.refusal == reply)
    }

    @Test func countsWhatIsNeverRead() {
        do {
            let pipe = pipe(100)
            pipe.append([1, 2, 3])
            #expect(account.current == 3)
        }
        #expect(account.current == 0)
    }
}

// The place where the engine's thread and the Swift task that asked for a transfer meet: the answer's head, a bounded
// queue of body bytes, and the end. Either side may come first; neither ever blocks the other.

import Synchronization

/// The state that one transfer's two sides share.
final class Exchange: Sendable {
    typealias Outcome<Value: Sendable> = Result<Value, TransferError>

    enum Offer {
        /// The bytes are queued.
        case taken
        /// They are not: the queue is full, and the reader will ask for the transfer to be resumed.
        case full
        /// Nobody wants them any more.
        case abandoned
    }

    private struct State {
        var head: TransferHead?
        var blocks: [[UInt8]] = []
        var buffered = 0
        var isPaused = false
        var end: Outcome<Void>?
        var headReader: CheckedContinuation<Outcome<TransferHead>, Never>?
        var bodyReader: CheckedContinuation<Outcome<[UInt8]?>, Never>?
    }

    /// Body bytes that may wait for the reader.
    static let highWater = 256 * 1024
    /// A paused transfer is resumed when no more than this waits.
    static let lowWater = highWater / 2
    /// Small writes of libcurl (16 KiB at most) are gathered into blocks of this size.
    private static let blockSize = 64 * 1024

    let id: UInt64
    let request: TransferRequest
    private let mailbox: EngineMailbox
    private let state = Mutex(State())

    init(id: UInt64, request: TransferRequest, mailbox: EngineMailbox) {
        self.id = id
        self.request = request
        self.mailbox = mailbox
    }

    // MARK: The engine's side

    /// The final status line and headers have arrived.
    func deliver(_ head: TransferHead) {
        let reader = state.withLock { state in
            state.head = head
            return state.headReader.take()
        }
        reader?.resume(returning: .success(head))
    }

    /// Body bytes have arrived: all of them are taken, or none.
    func offer(_ bytes: UnsafeRawBufferPointer) -> Offer {
        var reader: CheckedContinuation<Outcome<[UInt8]?>, Never>?
        var block: [UInt8] = []
        let (offer, buffered) = state.withLock { state -> (Offer, Int) in
            if state.end != nil { return (.abandoned, 0) }
            if let waiting = state.bodyReader.take() {
                reader = waiting
                block = Array(bytes)
                return (.taken, bytes.count)
            }
            if state.buffered > 0, state.buffered + bytes.count > Self.highWater {
                state.isPaused = true
                return (.full, state.buffered)
            }
            state.buffered += bytes.count
            if let last = state.blocks.indices.last, state.blocks[last].count + bytes.count <= Self.blockSize {
                state.blocks[last].append(contentsOf: bytes)
            } else {
                var fresh: [UInt8] = []
                fresh.reserveCapacity(Self.blockSize)
                fresh.append(contentsOf: bytes)
                state.blocks.append(fresh)
            }
            return (.taken, state.buffered)
        }
        mailbox.statistics.noteBuffered(buffered)
        reader?.resume(returning: .success(block))
        return offer
    }

    /// The transfer is over. Only the first end counts.
    func finish(_ outcome: Outcome<Void>) {
        let (headReader, bodyReader) = state.withLock { state in
            if state.end == nil { state.end = outcome }
            return (state.headReader.take(), state.bodyReader.take())
        }
        headReader?.resume(returning: outcome.flatMap { .failure(Self.headless) })
        bodyReader?.resume(returning: outcome.map { nil })
    }

    // MARK: The task's side

    /// Waits for the head. To be called once.
    func head() async throws(TransferError) -> TransferHead {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Outcome<TransferHead>, Never>) in
                let known = state.withLock { state -> Outcome<TransferHead>? in
                    if let head = state.head { return .success(head) }
                    if let end = state.end { return end.flatMap { .failure(Self.headless) } }
                    state.headReader = continuation
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            cancel()
        }
        return try outcome.get()
    }

    /// Waits for the next block of the body; nil at its end. To be called by one task at a time.
    func next() async throws(TransferError) -> [UInt8]? {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Outcome<[UInt8]?>, Never>) in
                if let known = takeBlock(orWait: continuation) { continuation.resume(returning: known) }
            }
        } onCancel: {
            cancel()
        }
        return try outcome.get()
    }

    private func takeBlock(orWait continuation: CheckedContinuation<Outcome<[UInt8]?>, Never>) -> Outcome<[UInt8]?>? {
        var resumes = false
        let known = state.withLock { state -> Outcome<[UInt8]?>? in
            if !state.blocks.isEmpty {
                let block = state.blocks.removeFirst()
                state.buffered -= block.count
                if state.isPaused, state.buffered <= Self.lowWater {
                    state.isPaused = false
                    resumes = true
                }
                return .success(block)
            }
            if let end = state.end { return end.map { nil } }
            state.bodyReader = continuation
            return nil
        }
        if resumes { mailbox.post(.resume(id)) }
        return known
    }

    /// Ends the transfer now and drops what was received. Harmless at any time, more than once too.
    func cancel() {
        let readers = state.withLock {
            state -> (
                CheckedContinuation<Outcome<TransferHead>, Never>?, CheckedContinuation<Outcome<[UInt8]?>, Never>?, Bool
            ) in
            let isFirst = state.end == nil
            state.end = .failure(.cancelled)
            state.blocks = []
            state.buffered = 0
            return (state.headReader.take(), state.bodyReader.take(), isFirst)
        }
        if readers.2 { mailbox.post(.cancel(id)) }
        readers.0?.resume(returning: .failure(.cancelled))
        readers.1?.resume(returning: .failure(.cancelled))
    }

    private static let headless = TransferError(.malformed, "the answer has no head")
}

import Dispatch

/// One message on its way through clamd. To be written by one task at a time.
package final class Scan: Sendable {
    private let queue: DispatchQueue
    private let stream: Stream

    init(_ configuration: AntivirusConfiguration, queue: DispatchQueue) {
        self.queue = queue
        stream = Stream(configuration)
    }

    /// Passes bytes on. When clamd is away or has had enough, they are dropped: ``finish()`` will say so.
    package func write(_ bytes: [UInt8]) async {
        await run { $0.write(bytes) }
    }

    /// Ends the message and waits for the verdict.
    package func finish() async -> ScanVerdict {
        await run { $0.finish() }
    }

    /// The message will not be complete.
    package func abandon() async {
        await run { $0.verdict = .unavailable("abandoned") }
    }

    private func run<Value: Sendable>(_ body: @escaping @Sendable (Stream) -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { [stream] in continuation.resume(returning: body(stream)) }
        }
    }
}

/// The dialogue of a scan. `@unchecked Sendable`: nothing but the scan's own serial queue ever touches it.
private final class Stream: @unchecked Sendable {
    private let configuration: AntivirusConfiguration
    private var connection: ClamdConnection?
    private var size: UInt64 = 0
    /// Known before the end of the message when there is nothing more to ask clamd.
    var verdict: ScanVerdict? {
        didSet { connection = nil }
    }

    init(_ configuration: AntivirusConfiguration) {
        self.configuration = configuration
    }

    func write(_ bytes: [UInt8]) {
        guard verdict == nil, !bytes.isEmpty else { return }
        size += UInt64(bytes.count)
        guard size <= configuration.maximumSize else {
            verdict = .tooLarge
            return
        }
        do throws(ClamdConnection.Failure) {
            try connect()
            try connection?.write(bytes[...])
        } catch {
            verdict = lastWords(after: error)
        }
    }

    func finish() -> ScanVerdict {
        if let verdict { return verdict }
        do throws(ClamdConnection.Failure) {
            try connect()
            try connection?.finish()
            let found = try connection?.verdict() ?? .unavailable("no connection")
            verdict = found
            return found
        } catch {
            let found = lastWords(after: error)
            verdict = found
            return found
        }
    }

    private func connect() throws(ClamdConnection.Failure) {
        guard connection == nil else { return }
        connection = try ClamdConnection(configuration.address, timeout: configuration.timeout)
    }

    /// clamd says why before it closes: that its own size limit is lower than ours, for one.
    private func lastWords(after failure: ClamdConnection.Failure) -> ScanVerdict {
        guard let said = try? connection?.verdict(), said != .clean else { return .unavailable(failure.message) }
        return said
    }
}

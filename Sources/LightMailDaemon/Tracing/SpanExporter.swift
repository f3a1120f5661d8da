import Glibc
import LightMailCore
import Logging
import S3Client
import Spans
import Synchronization
import Tracing

/// Sends spans that have ended to a collector, as OTLP over HTTP in JSON, some at a time. What the collector does not
/// take is dropped: spans are worth no mail.
final class SpanExporter: Sendable {
    private struct State {
        var waiting: [SpanRecord] = []
        var exported: UInt64 = 0
        var dropped: UInt64 = 0
        /// Whether the collector's silence has been told.
        var isAway = false
    }

    /// Spans that wait at most, about 500 bytes each.
    static let capacity = 4096
    /// Spans in one request.
    static let batch = 512
    private static let interval = Duration.seconds(2)
    private static let timeout = Duration.seconds(5)
    /// Bytes of an answer that are read.
    private static let longestAnswer = 65_536

    private let section: TracingSection
    private let document: OTLPDocument
    private let engine: TransferEngine
    private let logger: Logger
    private let state = Mutex(State())

    init(_ section: TracingSection, _ document: OTLPDocument, engine: TransferEngine, logger: Logger) {
        self.section = section
        self.document = document
        self.engine = engine
        self.logger = logger
    }

    /// How many spans the collector has, and how many it never got.
    var counts: (exported: UInt64, dropped: UInt64) { state.withLock { ($0.exported, $0.dropped) } }

    func take(_ span: SpanRecord) {
        state.withLock { state in
            if state.waiting.count < Self.capacity {
                state.waiting.append(span)
            } else {
                state.dropped += 1
            }
        }
    }

    /// Sends until it is cancelled, and then what waits still.
    ///
    /// - Throws: `CancellationError` only.
    func run() async throws {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            // In a task of its own, as this one may be cancelled.
            await Task { await flush() }.value
        }
        await engine.shutdown()
        try Task.checkCancellation()
    }

    /// Sends what waits, as long as it is taken: a collector that never answers holds up the end of the daemon once only.
    private func flush() async {
        var isTaken = true
        while isTaken {
            let spans = state.withLock { state in
                defer { state.waiting.removeFirst(min(Self.batch, state.waiting.count)) }
                return Array(state.waiting.prefix(Self.batch))
            }
            guard !spans.isEmpty else { return }
            let failure = await send(spans)
            isTaken = failure == nil
            let isNews = state.withLock { state in
                defer { state.isAway = failure != nil }
                state.exported += failure == nil ? UInt64(spans.count) : 0
                state.dropped += failure == nil ? 0 : UInt64(spans.count)
                return failure != nil && !state.isAway
            }
            if let failure, isNews {
                logger.warning("spans are dropped", metadata: [LogKey.error: "\(failure)"])
            }
        }
    }

    /// - Returns: what went wrong; nil when the collector has them.
    private func send(_ spans: [SpanRecord]) async -> String? {
        var headers = [(name: "Content-Type", value: "application/json"), (name: "User-Agent", value: "LightMail")]
        if !section.token.isEmpty { headers.append(("Authorization", "Bearer \(section.token.reveal())")) }
        let request = TransferRequest(
            method: "POST", url: section.endpoint, headers: headers, body: .bytes(document.encoded(spans)),
            timeouts: TransferTimeouts(connect: Self.timeout, stall: Self.timeout, total: Self.timeout),
            caFile: section.caFile.isEmpty ? nil : section.caFile)
        do throws(TransferError) {
            let response = try await engine.send(request)
            // The status has said it all; the rest is read so that the connection can be kept.
            _ = try? await response.body.collect(limit: Self.longestAnswer)
            return (200...299).contains(response.status) ? nil : "status \(response.status)"
        } catch {
            return "\(error.kind): \(error.message)"
        }
    }
}

extension DaemonContext {
    /// Sends spans of what this process does to a collector, if the configuration says where to. Once a process.
    func exportSpans() {
        let section = configuration.tracing
        guard !section.endpoint.isEmpty else { return }
        let exporter = SpanExporter(
            section, OTLPDocument(service: kind.program, host: MachineName.current, pid: getpid()),
            engine: TransferEngine(maximumConnections: 2, keptConnections: 1), logger: logger)
        metrics.collect { collection in
            let counts = exporter.counts
            for (result, count) in [("exported", counts.exported), ("dropped", counts.dropped)] {
                collection.counter(
                    "lightmail_spans_total", "Spans that ended, by what became of them.", count, ["result": result])
            }
        }
        Spans.start(OTLPTracer(percentage: section.samplePercentage) { exporter.take($0) })
        runInBackground("spans") { try await exporter.run() }
    }
}

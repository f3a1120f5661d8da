import Spans
import Synchronization
import Tracing

/// A span that is told when it ends, if its trace was chosen.
final class OTLPSpan: Span {
    /// What names a span in its trace.
    struct Identity: Sendable {
        let trace: TraceID
        let span: UInt64
        /// 0 for the first of a trace.
        let parent: UInt64
    }

    private struct State {
        var record: SpanRecord
        var isRecording: Bool
    }

    /// Attributes of a span, and letters of a text: what a client sends can make neither grow.
    private static let maximumAttributes = 32
    private static let longestMessage = 256

    let identity: Identity
    private let parent: ServiceContext
    /// Whether its trace was chosen.
    let isSampled: Bool
    private let take: @Sendable (SpanRecord) -> Void
    private let state: Mutex<State>

    init(
        _ name: String, _ identity: Identity, kind: SpanKind, start: UInt64, in parent: ServiceContext, isSampled: Bool,
        take: @escaping @Sendable (SpanRecord) -> Void
    ) {
        self.identity = identity
        self.take = take
        state = Mutex(
            State(
                record: SpanRecord(identity: identity, name: name, kind: kind, start: start), isRecording: isSampled))
        self.parent = parent
        self.isSampled = isSampled
    }

    /// What a span hands down to those within it: itself.
    enum Key: ServiceContextKey {
        typealias Value = OTLPSpan
    }

    /// Made when it is asked for, as a span that kept it would keep itself.
    var context: ServiceContext {
        var context = parent
        context[Key.self] = self
        return context
    }

    var operationName: String {
        get { state.withLock(\.record.name) }
        set { change { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock(\.record.attributes) }
        set { if newValue.count <= Self.maximumAttributes { change { $0.attributes = newValue } } }
    }

    var isRecording: Bool { state.withLock(\.isRecording) }

    func setStatus(_ status: SpanStatus) {
        change {
            $0.status = SpanStatus(
                code: status.code, message: status.message.map { String($0.prefix(Self.longestMessage)) })
        }
    }

    func recordError<Instant: TracerInstant>(
        _ error: Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        setStatus(SpanStatus(code: .error, message: "\(error)"))
    }

    /// A span has no events here: the log has them, under the same trace.
    func addEvent(_ event: SpanEvent) {}

    /// Nor links: what belongs together is in one trace, or has an attribute that says so.
    func addLink(_ link: SpanLink) {}

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let end = instant().nanosecondsSinceEpoch
        let ended: SpanRecord? = state.withLock { state in
            guard state.isRecording else { return nil }
            state.isRecording = false
            state.record.end = end
            return state.record
        }
        if let ended { take(ended) }
    }

    private func change(_ body: (inout SpanRecord) -> Void) {
        state.withLock { state in
            if state.isRecording { body(&state.record) }
        }
    }
}

/// What is told of a span.
struct SpanRecord: Sendable {
    let identity: OTLPSpan.Identity
    var name: String
    let kind: SpanKind
    /// Nanoseconds since 1970.
    let start: UInt64
    var end: UInt64 = 0
    var attributes = SpanAttributes()
    var status: SpanStatus?
}

import Spans
import Tracing

/// Begins spans, and chooses with the first of a trace whether the trace is told.
struct OTLPTracer: Tracer {
    /// Traces of a hundred that are told.
    let percentage: Int
    /// Takes what has ended, on any thread.
    let take: @Sendable (SpanRecord) -> Void

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> OTLPSpan {
        let context = context()
        let parent = context[OTLPSpan.Key.self]
        let trace =
            parent?.identity.trace ?? context[TraceID.Key.self]
            ?? TraceID(high: .random(in: 1 ... .max), low: .random(in: 1 ... .max))
        return OTLPSpan(
            operationName,
            OTLPSpan.Identity(trace: trace, span: .random(in: 1 ... .max), parent: parent?.identity.span ?? 0),
            kind: kind, start: instant().nanosecondsSinceEpoch, in: context,
            isSampled: parent?.isSampled ?? (.random(in: 0..<100) < percentage), take: take)
    }

    func activeSpan(identifiedBy context: ServiceContext) -> OTLPSpan? { context[OTLPSpan.Key.self] }

    func forceFlush() {}

    /// Clients of mail protocols hand over no trace, and neither MySQL nor S3 takes one.
    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {}

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {}
}

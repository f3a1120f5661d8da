import Synchronization
import Tracing

/// What a daemon does, in spans (OpenTelemetry's model) for whoever has set a tracer. While there is none, a span costs a
/// look at a flag.
package enum Spans {
    private static let isOn = Atomic(false)

    /// Sets the tracer of this process, for good.
    package static func start(_ tracer: some Tracer) {
        InstrumentationSystem.bootstrap(tracer)
        isOn.store(true, ordering: .releasing)
    }

    /// Runs `body` in a span: a child of the one that runs already, or the first of a trace.
    ///
    /// - Parameters:
    ///   - name: what is done; there are few of them, such as `mysql.transaction`.
    ///   - kind: whether others ask for it, or it asks others.
    ///   - trace: the trace that it begins, where that has a name already; nil for any.
    ///   - attributes: what it is done to. Nothing that the log would not tell.
    /// - Throws: what `body` throws, which the span tells too.
    package nonisolated(nonsending) static func run<Value, Failure: Error>(
        _ name: @autoclosure () -> String, _ kind: SpanKind = .internal, trace: @autoclosure () -> TraceID? = nil,
        _ attributes: @autoclosure () -> SpanAttributes = [:], body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard isOn.load(ordering: .acquiring) else { return try await body() }
        var context = ServiceContext.current ?? .topLevel
        if let trace = trace() {
            context = .topLevel
            context[TraceID.Key.self] = trace
        }
        let span = InstrumentationSystem.tracer.startAnySpan(name(), context: context, ofKind: kind)
        defer { span.end() }
        span.updateAttributes { $0.merge(attributes()) }
        let result: Result<Value, Failure> = await ServiceContext.$current.withValue(span.context) {
            do throws(Failure) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        if case .failure(let error) = result { span.setStatus(SpanStatus(code: .error, message: "\(error)")) }
        return try result.get()
    }

    /// Adds to the span that runs, if one does.
    package static func note(_ name: String, _ value: @autoclosure () -> String) {
        guard isOn.load(ordering: .acquiring), let context = ServiceContext.current else { return }
        InstrumentationSystem.tracer.activeSpan(identifiedBy: context)?.attributes[name] = value()
    }
}

/// The name of a trace: 16 octets, not all of them zero (W3C Trace Context 3.2.2.3).
package struct TraceID: Sendable, Equatable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Under which a trace that is to begin finds its name.
    package enum Key: ServiceContextKey {
        package typealias Value = TraceID
    }
}

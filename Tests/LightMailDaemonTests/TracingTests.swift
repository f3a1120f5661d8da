import Foundation
import Spans
import Synchronization
import Testing
import Tracing

@testable import LightMailDaemon

@Suite struct TracingTests {
    /// Ended spans, in the order in which they ended.
    private final class Collector: Sendable {
        private let records = Mutex<[SpanRecord]>([])
        var ended: [SpanRecord] { records.withLock { $0 } }

        func tracer(percentage: Int = 100) -> OTLPTracer {
            OTLPTracer(percentage: percentage) { record in self.records.withLock { $0.append(record) } }
        }
    }

    @Test func aSpanWithinASpanIsItsChild() throws {
        let collector = Collector()
        let tracer = collector.tracer()
        let outer = tracer.startSpan("outer", context: .topLevel, ofKind: .server)
        let inner = tracer.startSpan("inner", context: outer.context, ofKind: .client)
        inner.end()
        outer.end()
        // The second end of one is none.
        outer.end()
        #expect(collector.ended.map(\.name) == ["inner", "outer"])
        #expect(inner.identity.trace == outer.identity.trace)
        #expect(inner.identity.parent == outer.identity.span)
        #expect(outer.identity.parent == 0)
        #expect(collector.ended.allSatisfy { $0.start > 0 && $0.end >= $0.start })
        let other = tracer.startSpan("other", context: .topLevel)
        #expect(other.identity.trace != outer.identity.trace)
    }

    @Test func aTraceMayHaveItsNameAlready() {
        let trace = TraceID(high: 1, low: 2)
        var context = ServiceContext.topLevel
        context[TraceID.Key.self] = trace
        let tracer = Collector().tracer()
        let first = tracer.startSpan("first", context: context)
        #expect(first.identity.trace == trace)
        #expect(tracer.startSpan("second", context: first.context).identity.trace == trace)
    }

    @Test func theSpanThatRunsIsFound() {
        let collector = Collector()
        let tracer = collector.tracer()
        let span = tracer.startSpan("outer", context: .topLevel)
        tracer.activeSpan(identifiedBy: span.context)?.attributes["key"] = "value"
        #expect(tracer.activeSpan(identifiedBy: .topLevel) == nil)
        span.end()
        #expect(collector.ended.first?.attributes.get("key") == .string("value"))
    }

    /// What was not chosen at its beginning is told nowhere in it.
    @Test func aTraceIsChosenAsAWhole() {
        let collector = Collector()
        let tracer = collector.tracer(percentage: 0)
        let outer = tracer.startSpan("outer", context: .topLevel)
        #expect(!outer.isRecording)
        let inner = collector.tracer(percentage: 100).startSpan("inner", context: outer.context)
        inner.attributes["key"] = "value"
        #expect(inner.attributes.isEmpty)
        inner.end()
        outer.end()
        #expect(collector.ended.isEmpty)
    }

    @Test func aCollectorCanReadIt() throws {
        let collector = Collector()
        var context = ServiceContext.topLevel
        context[TraceID.Key.self] = TraceID(high: 0x0192_b2c4_0000_7000, low: 0x8000_0000_0000_0001)
        let outer = collector.tracer().startSpan("imap.fetch", context: context, ofKind: .server)
        let span = collector.tracer().startSpan("s3.Get \"\n", context: outer.context, ofKind: .client)
        span.attributes = ["text": "a\\b", "count": 7, "ratio": 0.5, "flag": true, "list": .stringArray(["x"])]
        span.setStatus(SpanStatus(code: .error, message: String(repeating: "é", count: 1000)))
        span.end()
        let document = OTLPDocument(service: "lightmail-imapd", host: "host", pid: 42)
        let decoded = try JSONDecoder().decode(Request.self, from: Data(document.encoded(collector.ended)))
        let resource = try #require(decoded.resourceSpans.first)
        let about = Dictionary(uniqueKeysWithValues: resource.resource.attributes.map { ($0.key, $0.value) })
        #expect(about["service.name"]?.stringValue == "lightmail-imapd")
        #expect(about["service.instance.id"]?.stringValue == "host:42")
        #expect(about["process.pid"]?.intValue == "42")
        let told = try #require(resource.scopeSpans.first?.spans.first)
        #expect(told.traceId == "0192b2c4000070008000000000000001")
        #expect(told.spanId.count == 16 && told.parentSpanId?.count == 16)
        #expect(told.name == "s3.Get \"\n")
        #expect(told.kind == 3)
        #expect(UInt64(told.endTimeUnixNano) ?? 0 >= UInt64(told.startTimeUnixNano) ?? .max)
        let attributes = Dictionary(uniqueKeysWithValues: told.attributes.map { ($0.key, $0.value) })
        #expect(attributes["text"]?.stringValue == "a\\b")
        #expect(attributes["count"]?.intValue == "7")
        #expect(attributes["ratio"]?.doubleValue == 0.5)
        #expect(attributes["flag"]?.boolValue == true)
        #expect(told.status?.code == 2)
        #expect(told.status?.message?.count == 256)
    }

    /// Nobody has set a tracer in this process: what runs is run, its errors come through, and there is nothing to note.
    @Test func withoutATracerThereIsNothing() async throws {
        struct Failure: Error {}
        let value = await Spans.run("name", .server, ["key": "value"]) {
            Spans.note("key", "value")
            return ServiceContext.current == nil ? 1 : 2
        }
        #expect(value == 1)
        await #expect(throws: Failure.self) {
            try await Spans.run("name") { () throws(Failure) in throw Failure() }
        }
    }
}

/// ExportTraceServiceRequest, as much of it as is written.
private struct Request: Decodable {
    struct ResourceSpans: Decodable {
        let resource: Resource
        let scopeSpans: [ScopeSpans]
    }

    struct Resource: Decodable {
        let attributes: [Attribute]
    }

    struct Attribute: Decodable {
        let key: String
        let value: Value
    }

    struct Value: Decodable {
        let stringValue: String?
        let intValue: String?
        let doubleValue: Double?
        let boolValue: Bool?
    }

    struct ScopeSpans: Decodable {
        let spans: [Told]
    }

    struct Told: Decodable {
        struct Status: Decodable {
            let code: Int
            let message: String?
        }

        let traceId: String
        let spanId: String
        let parentSpanId: String?
        let name: String
        let kind: Int
        let startTimeUnixNano: String
        let endTimeUnixNano: String
        let attributes: [Attribute]
        let status: Status?
    }

    let resourceSpans: [ResourceSpans]
}

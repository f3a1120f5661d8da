import LightMailCore
import Spans
import Tracing

/// Spans as a collector takes them: ExportTraceServiceRequest of the OpenTelemetry Protocol 1.x, in its JSON form.
struct OTLPDocument: Sendable {
    /// All up to the spans: what the process is.
    private let head: String

    /// - Parameters:
    ///   - service: the program.
    ///   - host: the machine's name.
    ///   - pid: of the process.
    init(service: String, host: String, pid: Int32) {
        let resource = Self.attributes(
            SpanAttributes([
                "service.name": .string(service), "service.version": .string(Release.version),
                "service.namespace": "lightmail", "service.instance.id": .string("\(host):\(pid)"),
                "host.name": .string(host), "process.pid": .int64(Int64(pid)),
            ]))
        head =
            "{\"resourceSpans\":[{\"resource\":{\"attributes\":\(resource)},"
            + "\"scopeSpans\":[{\"scope\":{\"name\":\"lightmail\"},\"spans\":["
    }

    func encoded(_ spans: [SpanRecord]) -> [UInt8] {
        Array((head + spans.map(Self.span).joined(separator: ",") + "]}]}]}").utf8)
    }

    private static func span(_ record: SpanRecord) -> String {
        let identity = record.identity
        var members = [
            "\"traceId\":\"\(hexadecimal(identity.trace.high))\(hexadecimal(identity.trace.low))\"",
            "\"spanId\":\"\(hexadecimal(identity.span))\"", "\"name\":\(JSONText.quoted(record.name))",
            "\"kind\":\(number(of: record.kind))", "\"startTimeUnixNano\":\"\(record.start)\"",
            "\"endTimeUnixNano\":\"\(record.end)\"", "\"attributes\":\(attributes(record.attributes))",
        ]
        if identity.parent != 0 { members.append("\"parentSpanId\":\"\(hexadecimal(identity.parent))\"") }
        if let status = record.status {
            members.append(
                "\"status\":{\"code\":\(status.code == .ok ? 1 : 2),"
                    + "\"message\":\(JSONText.quoted(status.message ?? ""))}")
        }
        return "{\(members.joined(separator: ","))}"
    }

    private static func number(of kind: SpanKind) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }

    private static func attributes(_ attributes: SpanAttributes) -> String {
        var values: [(String, String)] = []
        attributes.forEach { name, value in
            let text =
                switch value {
                // A number of 64 bits is a string in JSON.
                case .int32(let value): "{\"intValue\":\"\(value)\"}"
                case .int64(let value): "{\"intValue\":\"\(value)\"}"
                case .double(let value) where value.isFinite: "{\"doubleValue\":\(value)}"
                case .bool(let value): "{\"boolValue\":\(value)}"
                case .string(let value): "{\"stringValue\":\(JSONText.quoted(value))}"
                default: "{\"stringValue\":\(JSONText.quoted("\(value)"))}"
                }
            values.append((name, text))
        }
        return "["
            + values.sorted { $0.0 < $1.0 }.map { "{\"key\":\(JSONText.quoted($0)),\"value\":\($1)}" }
            .joined(separator: ",") + "]"
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

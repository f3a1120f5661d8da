import Logging

/// Writes log events as lines of text or of JSON.
///
/// ```
/// 2026-11-24T21:00:55.123Z info lightmail-imapd: logged in session=0q... client=192.0.2.1
/// {"time":"2026-11-24T21:00:55.123Z","level":"info","program":"lightmail-imapd","message":"logged in","session":"0q..."}
/// ```
struct LineLogHandler: LogHandler {
    let sink: LogSink
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private var ownLevel: Logger.Level?

    init(sink: LogSink) {
        self.sink = sink
    }

    /// The sink's level, which a reload changes, unless this logger was given its own.
    var logLevel: Logger.Level {
        get { ownLevel ?? sink.level }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        // Dictionaries have no order; the session and the trace come first because people look for them.
        let ordered = fields.sorted { LineLogHandler.rank($0.key) < LineLogHandler.rank($1.key) }
            .map { (key: $0.key, value: "\($0.value)") }
        if sink.isJournal {
            JournalFields(event.level, sink.program, event.message.description, ordered).send()
            return
        }
        let time = LogTime.now.text
        let message = event.message.description
        sink.write(
            sink.isJSON
                ? LineLogHandler.json(time, event.level, sink.program, message, ordered)
                : LineLogHandler.text(time, event.level, sink.program, message, ordered))
    }

    private static func rank(_ key: String) -> (Int, String) {
        switch key {
        case LogKey.session: (0, key)
        case LogKey.trace: (1, key)
        default: (2, key)
        }
    }

    static func text(
        _ time: String, _ level: Logger.Level, _ program: String, _ message: String,
        _ fields: [(key: String, value: String)]
    ) -> String {
        "\(time) \(level.rawValue) \(program): " + text(message, fields)
    }

    /// The message and its fields, without what else a line begins with.
    static func text(_ message: String, _ fields: [(key: String, value: String)]) -> String {
        var line = LogText.escaped(message)
        for (key, value) in fields {
            let escaped = LogText.escaped(value)
            let isPlain = !escaped.isEmpty && !escaped.utf8.contains { $0 == 0x20 || $0 == 0x22 || $0 == 0x3D }
            line += " \(LogText.escaped(key))="
            line += isPlain ? escaped : "\"\(escaped.replacing("\"", with: "\\\""))\""
        }
        return line
    }

    static func json(
        _ time: String, _ level: Logger.Level, _ program: String, _ message: String,
        _ fields: [(key: String, value: String)]
    ) -> String {
        let reserved = [("time", time), ("level", level.rawValue), ("program", program), ("message", message)]
        var members = reserved.map { "\(JSONText.quoted($0.0)):\(JSONText.quoted($0.1))" }
        for (key, value) in fields where !reserved.contains(where: { $0.0 == key }) {
            members.append("\(JSONText.quoted(key)):\(JSONText.quoted(value))")
        }
        return "{" + members.joined(separator: ",") + "}"
    }
}

/// Strings of JSON (RFC 8259 section 7).
enum JSONText {
    /// - Parameter limit: Scalars kept; what is cut is marked by "...".
    static func quoted(_ text: String, limit: Int = 4096) -> String {
        var result = "\""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == limit {
                result += "..."
                break
            }
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x2028...0x2029).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

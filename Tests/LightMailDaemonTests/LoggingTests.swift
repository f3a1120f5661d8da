import Foundation
import Logging
import Testing

@testable import LightMailDaemon

@Suite struct LogFormTests {
    @Test(arguments: [
        ("plain", "plain"), ("a\r\nb", #"a\r\nb"#), ("a\tb\u{0}", #"a\tb\u{0}"#), ("\u{1B}[31m", #"\u{1b}[31m"#),
        (#"a\nb"#, #"a\\nb"#), ("a\u{2028}b\u{85}c", #"a\u{2028}b\u{85}c"#), ("a\u{202E}b", #"a\u{202e}b"#),
        ("ü 漢 😀", "ü 漢 😀"),
    ])
    func controlCharactersAreEscaped(text: String, escaped: String) {
        #expect(LogText.escaped(text) == escaped)
    }

    @Test func longValuesAreCut() {
        #expect(LogText.escaped(String(repeating: "x", count: 100), limit: 10) == "xxxxxxxxxx...")
        #expect(JSONText.quoted(String(repeating: "x", count: 100), limit: 3) == "\"xxx...\"")
    }

    @Test func textQuotesWhatCouldBeMistakenForAnotherField() {
        let line = LineLogHandler.text(
            "T", .info, "p", "hello\nworld", [("a", "1"), ("b", "x y=\"z\""), ("c", ""), ("d\ne", "f\ng")])
        #expect(line == #"T info p: hello\nworld a=1 b="x y=\"z\"" c="" d\ne=f\ng"#)
    }

    @Test func theJournalGetsEachFieldByItself() {
        let entry = JournalFields(
            .warning, "p", "hello\nworld", [("trace", "0190"), ("client address", "a b"), ("näme", "two\nlines")])
        #expect(
            entry.fields == [
                #"MESSAGE=hello\nworld trace=0190 client address="a b" näme=two\nlines"#, "PRIORITY=4",
                "SYSLOG_IDENTIFIER=p", "LIGHTMAIL_TRACE=0190", "LIGHTMAIL_CLIENT_ADDRESS=a b",
                "LIGHTMAIL_N_ME=two\nlines",
            ])
        #expect(JournalFields.name(String(repeating: "x", count: 100)).utf8.count == 64)
    }

    @Test func jsonIsOneObjectALineAndCanBeReadBack() throws {
        let hostile = "\"},\u{0}\r\n\u{2028}\u{7F}{\\ü😀"
        let line = LineLogHandler.json("T", .error, "p", hostile, [("user", hostile), ("level", "forged")])
        #expect(!line.contains("\n") && !line.contains("\r"))
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        #expect(
            object == ["time": "T", "level": "error", "program": "p", "message": hostile, "user": hostile])
    }

    @Test func timeIsUTC() {
        #expect(LogTime(seconds: 1_795_554_055, milliseconds: 7).text == "2026-11-24T21:00:55.007Z")
        #expect(LogTime(seconds: 0, milliseconds: 0).text == "1970-01-01T00:00:00.000Z")
    }
}

@Suite struct LogSinkTests {
    private func section(_ path: String, level: LogLevel = .info, json: Bool = false) -> LoggingSection {
        var section = LoggingSection()
        section.path = path
        section.level = level
        section.json = json
        return section
    }

    @Test func linesCarrySessionAndTraceFirst() throws {
        let folder = try TestFolder()
        let sink = try LogSink(section("\(folder.path)/log"), program: "lightmail-test")
        var logger = sink.logger("x")
        logger[metadataKey: LogKey.session] = "s1"
        logger[metadataKey: "account"] = "7"
        logger.info("took a message", metadata: [LogKey.trace: "t1", "size": "10"])
        logger.debug("not written")
        let lines = try folder.read("log").split(separator: "\n")
        #expect(lines.count == 1)
        #expect(
            lines.first?.hasSuffix(" info lightmail-test: took a message session=s1 trace=t1 account=7 size=10") == true
        )
    }

    @Test func reloadReopensTheFileAndTakesTheLevel() throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/log"
        let sink = try LogSink(section(path, json: true), program: "p")
        let logger = sink.logger("x")
        logger.info("one")
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        logger.info("two")
        try sink.reload(section(path, level: .debug))
        logger.debug("three")
        #expect(try folder.read("log.1").split(separator: "\n").count == 2)
        #expect(try folder.read("log").contains("\"message\":\"three\""))
        #expect(throws: BoundedFileError.self) { try sink.reload(section("/nonexistent/log", level: .error)) }
        logger.error("four")
        #expect(try folder.read("log").contains("four"))
    }

    @Test func aLoggerMayHaveALevelOfItsOwn() throws {
        let folder = try TestFolder()
        let sink = try LogSink(section("\(folder.path)/log"), program: "p")
        var logger = sink.logger("x")
        logger.logLevel = .trace
        logger.trace("mine")
        sink.logger("y").trace("not mine")
        #expect(try folder.read("log").split(separator: "\n").count == 1)
    }
}

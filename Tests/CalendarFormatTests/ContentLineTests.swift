import CalendarFormat
import Testing

@Suite("Content lines")
struct ContentLineTests {
    @Test(
        "are read and written as the same",
        arguments: [
            ("SUMMARY:Hello", ContentLine("SUMMARY", value: "Hello")),
            (
                "dtstart;tzid=Europe/Berlin:20240101T000000",
                ContentLine("DTSTART", [CalendarParameter("TZID", ["Europe/Berlin"])], value: "20240101T000000")
            ),
            (
                "ATTENDEE;CN=\"A;b:c,d\";ROLE=CHAIR,X:mailto:a@b",
                ContentLine(
                    "ATTENDEE", [CalendarParameter("CN", ["A;b:c,d"]), CalendarParameter("ROLE", ["CHAIR", "X"])],
                    value: "mailto:a@b")
            ),
            ("X;P=a^nb^^c^'d^x:v", ContentLine("X", [CalendarParameter("P", ["a\nb^c\"d^x"])], value: "v")),
            ("X;P=:v:w", ContentLine("X", [CalendarParameter("P", [""])], value: "v:w")),
        ])
    func reads(text: String, line: ContentLine) throws {
        let calendar = try CalendarParser.parse(Self.wrapped(text))
        #expect(calendar.properties == [line])
        #expect(try CalendarParser.parse(calendar.encoded) == calendar)
    }

    @Test("are folded at 75 octets, never within a character")
    func folds() throws {
        for text in [
            String(repeating: "a", count: 200), String(repeating: "ä", count: 90), String(repeating: "🗓", count: 50),
        ] {
            for pad in 0..<6 {
                let line = ContentLine("SUMMARY", value: String(repeating: ".", count: pad) + text)
                var octets: [UInt8] = []
                ContentLineWriter.append(line, to: &octets)
                let pieces = octets.split(separator: 0x0A).map { $0.dropLast() }
                #expect(pieces.allSatisfy { $0.count <= 75 })
                #expect(pieces.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
                #expect(pieces.dropFirst().allSatisfy { $0.first == 0x20 })
                #expect(pieces.dropLast().allSatisfy { $0.count > 71 })
                #expect(
                    try CalendarParser.parse(Self.wrapped(String(decoding: octets, as: UTF8.self))).properties == [line]
                )
            }
        }
        var exact: [UInt8] = []
        ContentLineWriter.append(ContentLine("X", value: String(repeating: "a", count: 73)), to: &exact)
        #expect(exact.count == 77)
    }

    @Test("that were folded within a character, or end with LF only, are read")
    func unfolds() throws {
        let octets =
            Array("BEGIN:VCALENDAR\nX:a".utf8) + [0xC3, 0x0D, 0x0A, 0x20, 0xA4] + Array("b\n\tc\nEND:VCALENDAR".utf8)
        #expect(try CalendarParser.parse(octets).property("X")?.value == "aäbc")
    }

    @Test(
        "that are wrong are named",
        arguments: [
            ("BEGIN:VCALENDAR\r\nSUMMARY\r\nEND:VCALENDAR", 2), ("BEGIN:VCALENDAR\r\n:x\r\nEND:VCALENDAR", 2),
            ("BEGIN:VCALENDAR\r\nA:b\r\n c\r\nX;Y:z\r\nEND:VCALENDAR", 4), ("BEGIN:VCALENDAR\r\nX;Y=\"z:a\r\n", 2),
            ("BEGIN:VCALENDAR\r\nX:a\u{1}\r\nEND:VCALENDAR", 2), ("X:y\r\n", 1), ("BEGIN:VEVENT\r\nEND:VEVENT", 1),
            ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", 3), ("BEGIN:VCALENDAR\r\nX:y\r\n", 3), ("", 1),
            ("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\nX:y", 3),
            ("BEGIN:VCALENDAR\r\nBEGIN:A\r\nBEGIN:B\r\nBEGIN:C\r\nBEGIN:D\r\n", 5),
        ])
    func refused(text: String, line: Int) {
        #expect { try CalendarParser.parse(Array(text.utf8)) } throws: { ($0 as? CalendarError)?.line == line }
    }

    @Test("that are no UTF-8, too long or too many are refused")
    func bounded() {
        var limits = CalendarLimits()
        limits.octets = 1000
        limits.lineOctets = 100
        limits.lines = 10
        let cases: [([UInt8], CalendarError.Reason)] = [
            (Array("BEGIN:VCALENDAR\r\nX:".utf8) + [0xFF, 0x0D, 0x0A], .notUTF8),
            (Self.wrapped(String(repeating: "X", count: 2000)), .tooMany("octets")),
            (Self.wrapped("X:" + String(repeating: "y", count: 99)), .tooMany("octets in a line")),
            (Self.wrapped("X:" + String(repeating: "y\r\n ", count: 110)), .tooMany("octets in a line")),
            (Self.wrapped(String(repeating: "X:y\r\n", count: 20)), .tooMany("lines")),
        ]
        for (octets, reason) in cases {
            #expect { try CalendarParser.parse(octets, limits: limits) } throws: {
                ($0 as? CalendarError)?.reason == reason
            }
        }
    }

    @Test(
        "hold text that is escaped and back",
        arguments: [
            ("a\\, b\\; c\\\\ d\\n e\\N f", "a, b; c\\ d\n e\n f"), ("\\x\\", "\\x\\"), ("plain", "plain"),
        ])
    func escapes(value: String, text: String) {
        #expect(CalendarText.unescaped(value) == text)
        #expect(CalendarText.unescaped(CalendarText.escaped(text)) == text)
        #expect(CalendarText.escaped("a\r\nb\rc\u{7}") == "a\\nb\\nc")
        #expect(CalendarText.list("a\\,b,c\\\\,d") == ["a\\,b", "c\\\\", "d"])
    }

    static func wrapped(_ text: String) -> [UInt8] {
        Array("BEGIN:VCALENDAR\r\n\(text.hasSuffix("\r\n") ? text : text + "\r\n")END:VCALENDAR\r\n".utf8)
    }
}

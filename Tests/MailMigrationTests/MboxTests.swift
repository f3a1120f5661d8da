import LightMailCore
import Testing

@testable import MailMigration

@Suite struct MboxTests {
    @Test(arguments: [
        ("From a@b Thu Jan  1 00:00:10 1970", 10), ("From a@b  Thu Jan 1 01:00:10 1970 +0100", 10),
        ("From MAILER-DAEMON Thu Jan  1 00:00:10 GMT 1970\r", 10),
        ("From x y z Sun Nov 22 12:30:45 2026", 1_795_350_645),
        ("From - Wed Dec 31 23:59:59 1969", -1),
    ])
    func datesOfFromLines(_ line: String, _ date: Int64) {
        #expect(FromLine(Array(line.utf8))?.date == date)
    }

    @Test(arguments: [
        "From ", "From here on it is text", "From a@b Thu Jan 1 1970", "from a@b Thu Jan  1 00:00:10 1970",
        "From a@b Thu Jan 99 00:00:10 1970", "From a@b Thu Foo  1 00:00:10 1970", "",
    ])
    func linesThatBeginNoMessage(_ line: String) {
        #expect(FromLine(Array(line.utf8)) == nil)
    }

    @Test(arguments: [0, 10, -1, 951_782_399, 951_782_400, 1_795_350_645, 4_102_444_800, -2_208_988_800])
    func writtenDatesAreReadAgain(_ date: Int64) {
        #expect(FromLine(FromLine.encode(date: date))?.date == date)
    }

    /// Ends of messages, in one piece and byte by byte.
    @Test(arguments: [1, 3, 1_000])
    func messagesAreFound(_ piece: Int) {
        let from = "From a Thu Jan  1 00:00:10 1970\n"
        let file = Array(
            "\(from)Status: RO\nX-Status: AF\nX-Keywords: one two\n three\nSubject: a\n\nbody\n\nFrom here\n\n\(from)Subject: b\n\n\(from)\n"
                .utf8)
        var scanner = MboxScanner()
        for start in stride(from: 0, to: file.count, by: piece) {
            scanner.feed(Array(file[start..<min(start + piece, file.count)]))
        }
        scanner.finish()
        let found = scanner.drain()
        let texts = found.map { message in
            String(decoding: file[Int(message.range.lowerBound)..<Int(message.range.upperBound)], as: UTF8.self)
        }
        #expect(texts.count == 3)
        #expect(texts.first?.hasSuffix("\nSubject: a\n\nbody\n\nFrom here\n") == true)
        #expect(Array(texts.dropFirst()) == ["Subject: b\n", ""])
        #expect(found.first?.flags == [.seen, .answered, .flagged])
        #expect(found.first?.keywords.map(\.name) == ["one", "two", "three"])
        #expect(scanner.failure == nil)
    }

    @Test func flagsDoNotChangeWhatNamesAMessage() {
        func digest(_ fields: String) -> [UInt8]? {
            var scanner = MboxScanner()
            scanner.feed(Array("From a Thu Jan  1 00:00:10 1970\n\(fields)Subject: a\n\nbody\n\n".utf8))
            scanner.finish()
            return scanner.drain().first?.digest
        }
        #expect(digest("") != nil)
        #expect(digest("") == digest("Status: RO\nX-Keywords: a\n b\n"))
        #expect(digest("") != digest("To: me\n"))
    }

    @Test func aLineOfAnyLengthIsHeldInPieces() {
        var fragments = LineFragments()
        var longest = 0
        var total = 0
        var starts = 0
        for _ in 0..<100 {
            fragments.feed([UInt8](repeating: 65, count: 10_000)) { fragment in
                longest = max(longest, fragment.bytes.count)
                total += fragment.bytes.count
                starts += fragment.startsLine ? 1 : 0
            }
        }
        fragments.finish { total += $0.bytes.count }
        #expect(total == 1_000_000)
        #expect(starts == 1)
        #expect(longest < LineFragments.longest + 10_000)
    }
}

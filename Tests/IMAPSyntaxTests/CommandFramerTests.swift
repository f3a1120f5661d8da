import IMAPSyntax
import Testing

@Suite("The framer")
struct CommandFramerTests {
    static func header(_ size: UInt64, plus: Bool = false, binary: Bool = false) -> LiteralHeader {
        LiteralHeader(size: size, isSynchronizing: !plus, isBinary: binary)
    }

    static func failure(_ reason: FramingFailure.Reason, _ tag: String?, fatal: Bool = false) -> FramerScript.Step {
        .failure(FramingFailure(reason, tag: tag, isFatal: fatal))
    }

    static let noop = FramerScript.Step.command("z NOOP\r\n")
    static let long = String(repeating: "x", count: 150)

    static let commands: [FramerScript] = [
        FramerScript("plain commands", "a NOOP\r\nb CHECK\r\n", [.command("a NOOP\r\n"), .command("b CHECK\r\n")]),
        FramerScript("bare LF", "a NOOP\nz NOOP\r\n", [.command("a NOOP\n"), noop]),
        FramerScript("empty line", "\r\nz NOOP\r\n", [.command("\r\n"), noop]),
        FramerScript("unfinished", "z NOOP\r\na NO", [noop]),
        FramerScript(
            "synchronising literals", "a LOGIN {3}\r\njoe {2}\r\n\r\n\r\nz NOOP\r\n",
            [.go, .go, .command("a LOGIN {3}\r\njoe {2}\r\n\r\n\r\n"), noop]),
        FramerScript(
            "literals that do not wait", "a LOGIN {3+}\r\njoe {0+}\r\n\r\nz NOOP\r\n",
            [.command("a LOGIN {3+}\r\njoe {0+}\r\n\r\n"), noop]),
        FramerScript("empty literal", "a X {0}\r\n\r\nz NOOP\r\n", [.go, .command("a X {0}\r\n\r\n"), noop]),
        FramerScript(
            "literal that looks like one", "a X {7+}\r\nb {9+}\r\r\nz NOOP\r\n",
            [.command("a X {7+}\r\nb {9+}\r\r\n"), noop]),
        FramerScript(
            "what is no announcement", "a X {5} \r\na X {}\r\na X {+}\r\na X {5-}\r\na X {5+ }\r\n",
            ["a X {5} \r\n", "a X {}\r\n", "a X {+}\r\n", "a X {5-}\r\n", "a X {5+ }\r\n"].map { .command($0) }),
        FramerScript(
            "more digits than a size has", "a X {000000000000000000001}\r\nz NOOP\r\n",
            [.command("a X {000000000000000000001}\r\n"), noop]),
        FramerScript(
            "a line that is no command", "a IDLE\r\nDONE\r\nz NOOP\r\n", [.command("a IDLE\r\n"), .line("DONE"), noop],
            rawAfter: ["a IDLE\r\n"]),
        FramerScript(
            "raw lines announce nothing", "a IDLE\r\nx {3+}\r\nz NOOP\r\n",
            [.command("a IDLE\r\n"), .line("x {3+}"), noop], rawAfter: ["a IDLE\r\n"]),
        FramerScript(
            "raw line too long", "a IDLE\r\n\(long){3+}\r\nz NOOP\r\n",
            [.command("a IDLE\r\n"), failure(.lineTooLong, nil), noop], rawAfter: ["a IDLE\r\n"]),
    ]

    static let bounds: [FramerScript] = [
        FramerScript("line too long", "a \(long)\r\nz NOOP\r\n", [failure(.lineTooLong, "a"), noop]),
        FramerScript("line too long, no tag", "\(long)\r\nz NOOP\r\n", [failure(.lineTooLong, nil), noop]),
        FramerScript(
            "line too long that announces", "a \(long) {5}\r\nz NOOP\r\n", [failure(.lineTooLong, "a"), noop]),
        FramerScript(
            "line too long with a literal to skip", "a \(long) {8+}\r\nb NOOP\r\n {3+}\r\n\r\n\n\r\nz NOOP\r\n",
            [failure(.lineTooLong, "a"), noop]),
        FramerScript(
            "lines too long together", "a X {1+}\r\nx\(String(repeating: "y", count: 95))\r\nz NOOP\r\n",
            [failure(.lineTooLong, "a"), noop]),
        FramerScript("NUL", "a NO\0OP\r\nz NOOP\r\n", [failure(.nul, "a"), noop]),
        FramerScript("NUL in the tag", "\0a NOOP {3+}\r\n\r\n\r\r\nz NOOP\r\n", [failure(.nul, nil), noop]),
        FramerScript("literal too large", "a X {21}\r\nz NOOP\r\n", [failure(.literalTooLarge, "a"), noop]),
        FramerScript(
            "literals too large together", "a X {19+}\r\n1234567890123456789 {2}\r\nz NOOP\r\n",
            [failure(.literalTooLarge, "a"), noop]),
        FramerScript(
            "literal too large that does not wait", "a X {21+}\r\nb NOOP\r\nb NOOP\r\nb NO\n {5}\r\nz NOOP\r\n",
            [failure(.literalTooLarge, "a"), noop]),
        FramerScript("literal of 2^32", "a X {4294967296}\r\nz NOOP\r\n", [failure(.literalTooLarge, "a"), noop]),
        FramerScript(
            "literal of more than 2^64", "a X {99999999999999999999}\r\nz NOOP\r\n",
            [failure(.literalTooLarge, "a"), noop]),
        FramerScript(
            "literal that cannot be skipped", "a X {4294967296+}\r\nz NOOP\r\n",
            [failure(.literalTooLarge, "a", fatal: true)]),
        FramerScript(
            "line without end", "a " + String(repeating: "x", count: 1000),
            [failure(.lineTooLong, "a", fatal: true)]),
        FramerScript(
            "too many literals", "a X {0+}\r\n {0+}\r\n {0+}\r\n {2+}\r\n\r\n {1+}\r\nx\r\nz NOOP\r\n",
            [failure(.tooManyLiterals, "a"), noop]),
    ]

    static let appends: [FramerScript] = [
        FramerScript(
            "message", "a APPEND b {4}\r\nx\r\ny\r\nz NOOP\r\n",
            [.announced("a APPEND b {4}\r\n", header(4), first: true), .content("x\r\ny"), .ended("\r\n"), noop]),
        FramerScript(
            "message that does not wait", "a append b () {3+}\r\n{1}\r\nz NOOP\r\n",
            [
                .announced("a append b () {3+}\r\n", header(3, plus: true), first: true), .content("{1}"),
                .ended("\r\n"), noop,
            ]),
        FramerScript(
            "message as literal8", "a APPEND b UTF8 (~{3+}\r\na\0b)\r\nz NOOP\r\n",
            [
                .announced("a APPEND b UTF8 (~{3+}\r\n", header(3, plus: true, binary: true), first: true),
                .content("a\0b"), .ended(")\r\n"), noop,
            ]),
        FramerScript(
            "mailbox as literal", "a APPEND {1}\r\nb {2+}\r\nhi\r\nz NOOP\r\n",
            [
                .go, .announced("a APPEND {1}\r\nb {2+}\r\n", header(2, plus: true), first: true), .content("hi"),
                .ended("\r\n"), noop,
            ]),
        FramerScript(
            "empty message", "a APPEND b {0}\r\n\r\nz NOOP\r\n",
            [.announced("a APPEND b {0}\r\n", header(0), first: true), .ended("\r\n"), noop]),
        FramerScript(
            "several messages", "a APPEND b {1+}\r\nx () {1}\r\ny\r\nz NOOP\r\n",
            [
                .announced("a APPEND b {1+}\r\n", header(1, plus: true), first: true), .content("x"),
                .announced(" () {1}\r\n", header(1), first: false), .content("y"), .ended("\r\n"), noop,
            ]),
        FramerScript(
            "message that replaces another", "a UID REPLACE 7 {1}\r\nb {2+}\r\nhi\r\nz NOOP\r\n",
            [
                .go, .announced("a UID REPLACE 7 {1}\r\nb {2+}\r\n", header(2, plus: true), first: true),
                .content("hi"), .ended("\r\n"), noop,
            ]),
        FramerScript(
            "pieces of a message", "a REPLACE 7 b CATENATE (URL {2+}\r\n/x TEXT {1+}\r\ny URL /z)\r\nz NOOP\r\n",
            [
                .announced("a REPLACE 7 b CATENATE (URL {2+}\r\n", header(2, plus: true), first: true), .content("/x"),
                .announced(" TEXT {1+}\r\n", header(1, plus: true), first: false), .content("y"),
                .ended(" URL /z)\r\n"), noop,
            ]),
        FramerScript(
            "message of URLs alone", "a APPEND b CATENATE (URL /x)\r\nz NOOP\r\n",
            [.command("a APPEND b CATENATE (URL /x)\r\n"), noop]),
        FramerScript(
            "what only begins like one", "a REPLACE x {1+}\r\nb\r\na UIDREPLACE 1 {1+}\r\nb\r\n",
            [.command("a REPLACE x {1+}\r\nb\r\n"), .command("a UIDREPLACE 1 {1+}\r\nb\r\n")]),
        FramerScript(
            "refused before it is sent", "a APPEND b {4}\r\nz NOOP\r\n",
            [.announced("a APPEND b {4}\r\n", header(4), first: true), .refused, noop], refusals: [true]),
        FramerScript(
            "refused, sent all the same", "a APPEND b {8+}\r\nc NOOP\r\n {2+}\r\n\r\n)\r\nz NOOP\r\n",
            [.announced("a APPEND b {8+}\r\n", header(8, plus: true), first: true), .refused, noop], refusals: [true]),
        FramerScript(
            "too large", "a APPEND b {51}\r\nz NOOP\r\n", [failure(.messageTooLarge, "a"), noop]),
        FramerScript(
            "too large, sent all the same", "a APPEND b {51+}\r\n\(String(repeating: "\n", count: 51))\r\nz NOOP\r\n",
            [failure(.messageTooLarge, "a"), noop]),
        FramerScript(
            "second too large", "a APPEND b {1}\r\nx {51}\r\nz NOOP\r\n",
            [
                .announced("a APPEND b {1}\r\n", header(1), first: true), .content("x"), failure(.messageTooLarge, "a"),
                noop,
            ]),
        FramerScript(
            "NUL behind a message", "a APPEND b {1}\r\nx\0\r\nz NOOP\r\n",
            [.announced("a APPEND b {1}\r\n", header(1), first: true), .content("x"), failure(.nul, "a"), noop]),
        FramerScript(
            "refused one that cannot be skipped",
            "a APPEND b {50+}\r\n\(String(repeating: "y", count: 50)) {300+}\r\nz NOOP\r\n",
            [
                .announced("a APPEND b {50+}\r\n", header(50, plus: true), first: true),
                failure(.messageTooLarge, "a", fatal: true),
            ], refusals: [true]),
    ]

    @Test("makes the same of the whole", arguments: commands + bounds + appends)
    func whole(_ script: FramerScript) {
        script.run(cuts: [])
    }

    @Test("makes the same of single bytes", arguments: commands + bounds + appends)
    func singleBytes(_ script: FramerScript) {
        script.run(cuts: Array(script.input.indices))
    }

    @Test("makes the same of any two parts", arguments: commands + bounds + appends)
    func twoParts(_ script: FramerScript) {
        for cut in script.input.indices { script.run(cuts: [cut]) }
    }

    @Test("waits while nobody asks, and while a message is undecided")
    func backPressure() {
        var framer = CommandFramer()
        framer.receive(bytes("a APPEND b {3+}\r\n"))
        #expect(framer.next() != nil)
        for _ in 0..<3 {
            framer.receive(bytes("x"))
            #expect(framer.next() == nil)
        }
        #expect(!framer.isBetweenCommands)
        framer.accept()
        #expect(framer.next() == .chunk(slice("xxx")))
        framer.receive(bytes("\r\n"))
        #expect(framer.next() == .streamEnded(rest: bytes("\r\n")))
        #expect(framer.isBetweenCommands)
    }

    @Test("can be told in the middle of a message that it is not wanted")
    func refuseInTheMiddle() {
        var framer = CommandFramer()
        framer.receive(bytes("a APPEND b {6}\r\n"))
        #expect(framer.next() != nil)
        framer.accept()
        framer.receive(bytes("abc"))
        #expect(framer.next() == .chunk(slice("abc")))
        framer.refuse()
        #expect(framer.next() == nil)
        framer.receive(bytes("\r\n\n\r\nz NOOP\r\n"))
        #expect(framer.next() == .refused)
        #expect(framer.next() == .command(bytes("z NOOP\r\n")))
    }

    @Test("forgets what was sent in clear behind STARTTLS")
    func startTLS() {
        var framer = CommandFramer()
        framer.receive(bytes("a STARTTLS\r\nb LOGIN x y\r\nc"))
        #expect(framer.next() == .command(bytes("a STARTTLS\r\n")))
        #expect(framer.takeReceived().count == 14)
        framer.receive(bytes(" d NOOP\r\n"))
        #expect(framer.next() == .command(bytes(" d NOOP\r\n")))
    }

    @Test("ignores decisions and wishes that do not fit")
    func misuse() {
        var framer = CommandFramer()
        framer.accept()
        framer.refuse()
        framer.receive(bytes("a NO"))
        #expect(framer.next() == nil)
        framer.expectLine()
        framer.receive(bytes("OP\r\n"))
        #expect(framer.next() == .command(bytes("a NOOP\r\n")))
    }

    @Test("says nothing more after a fatal failure")
    func dead() {
        var framer = CommandFramer()
        framer.receive(bytes("a X {99999999999999999999+}\r\n"))
        #expect(framer.next() == .failure(FramingFailure(.literalTooLarge, tag: "a", isFatal: true)))
        framer.receive(bytes("z NOOP\r\n"))
        #expect(framer.next() == nil)
    }

    @Test("does not copy what it streams")
    func chunksShareStorage() {
        var framer = CommandFramer(limits: FramingLimits(streamedLiteral: 1 << 30))
        framer.receive(bytes("a APPEND b {1000000+}\r\n"))
        #expect(framer.next() != nil)
        framer.accept()
        let piece = [UInt8](repeating: 7, count: 100_000)
        for _ in 0..<10 {
            framer.receive(piece)
            guard case .chunk(let chunk) = framer.next() else { return #expect(Bool(false), "no chunk") }
            #expect(
                chunk.withUnsafeBufferPointer { $0.baseAddress } == piece.withUnsafeBufferPointer { $0.baseAddress })
        }
    }

    @Test(
        "survives a megabyte of anything",
        arguments: ["(", "{", "}", "\n", "{5+}\n", "a APPEND b {9+}\r\n", "\0", "\r"])
    func anything(_ unit: String) {
        var framer = CommandFramer()
        var input: [UInt8] = []
        while input.count < 1_000_000 { input += unit.utf8 }
        framer.receive(input)
        var events = 0
        while let event = framer.next() {
            events += 1
            if case .streamedLiteral = event { framer.accept() }
        }
        #expect(events <= 1_000_000)
    }
}

import Testing

@testable import POP3Syntax

@Suite struct CommandParserTests {
    static let good: [(line: String, command: Command)] = [
        ("USER mrose", .user("mrose")),
        ("user mrose@example.org", .user("mrose@example.org")),
        ("USER w\u{EF}ll\u{ED}@example.org", .user("w\u{EF}ll\u{ED}@example.org")),
        ("PASS secret", .pass(Secret(Array("secret".utf8)))),
        ("PASS  a b ", .pass(Secret(Array(" a b ".utf8)))),
        ("PASS a\tb", .pass(Secret(Array("a\tb".utf8)))),
        ("APOP mrose c4c9334bac560ecc979e58001b3e22fb", .apop),
        ("APOP", .apop),
        ("AUTH PLAIN", .auth(AuthCommand(mechanism: "PLAIN", initialResponse: nil))),
        ("auth plain =", .auth(AuthCommand(mechanism: "PLAIN", initialResponse: Secret([0x3D])))),
        (
            "AUTH SCRAM-SHA-256 biws",
            .auth(AuthCommand(mechanism: "SCRAM-SHA-256", initialResponse: Secret(Array("biws".utf8))))
        ),
        ("STLS", .stls), ("UTF8", .utf8), ("utf8", .utf8), ("CAPA", .capa), ("Capa ", .capa), ("QUIT", .quit),
        ("STAT", .stat), ("NOOP", .noop), ("RSET", .rset),
        ("LIST", .list(nil)), ("LIST ", .list(nil)), ("LIST 1", .list(1)), ("list  12 ", .list(12)),
        ("UIDL", .uidl(nil)), ("UIDL 3", .uidl(3)),
        ("RETR 1", .retr(1)), ("RETR 0", .retr(0)), ("RETR 007", .retr(7)),
        ("RETR 18446744073709551615", .retr(.max)),
        ("DELE 2", .dele(2)),
        ("TOP 1 0", .top(1, lines: 0)), ("TOP 1  10 ", .top(1, lines: 10)),
    ]

    @Test(arguments: good)
    func parses(line: String, command: Command) throws {
        #expect(try CommandParser().parse(line.utf8) == command)
        #expect(command.verb.rawValue == line.uppercased().prefix { $0 != " " })
    }

    static let bad: [(line: String, reason: CommandError.Reason)] = [
        ("", .unknownVerb),
        (" STAT", .unknownVerb),
        ("HELO", .unknownVerb),
        ("STATUS", .unknownVerb),
        ("XTND", .unknownVerb),
        ("USER", .badArgument("User name expected")),
        ("USER ", .badArgument("User name expected")),
        ("PASS", .badArgument("Password expected")),
        ("AUTH", .badArgument("Mechanism expected")),
        ("AUTH PL/AIN", .badArgument("Mechanism expected")),
        ("AUTH ABCDEFGHIJKLMNOPQRSTU", .badArgument("Mechanism expected")),
        ("STAT 1", .badArgument("No arguments expected")),
        ("QUIT now", .badArgument("No arguments expected")),
        ("LIST x", .badArgument("Message number expected")),
        ("LIST -1", .badArgument("Message number expected")),
        ("LIST +1", .badArgument("Message number expected")),
        ("LIST 1 2", .badArgument("One message number expected")),
        ("LIST 18446744073709551616", .badArgument("Message number expected")),
        ("RETR", .badArgument("Message number expected")),
        ("DELE 1,2", .badArgument("Message number expected")),
        ("TOP 1", .badArgument("Number of lines expected")),
        ("TOP 1 -1", .badArgument("Number of lines expected")),
        ("TOP 1 2 3", .badArgument("Two numbers expected")),
        ("NOOP\u{0}", .badByte),
        ("PASS a\rb", .badByte),
        ("USER a\u{7F}", .badByte),
    ]

    @Test(arguments: bad)
    func refuses(line: String, reason: CommandError.Reason) {
        refuses(bytes: Array(line.utf8), reason: reason)
    }

    @Test(arguments: [[UInt8](Array("USER ".utf8) + [0xFF]), Array("PASS ".utf8) + [0xC3]])
    func refusesWhatIsNotUTF8(line: [UInt8]) {
        refuses(bytes: line, reason: .notUTF8)
    }

    private func refuses(bytes line: [UInt8], reason: CommandError.Reason) {
        let error = #expect(throws: CommandError.self) { try CommandParser().parse(line) }
        #expect(error?.reason == reason)
        #expect((0...line.count).contains(error?.offset ?? -1))
        #expect(error?.reply.isPositive == false)
    }

    @Test func hidesCredentials() {
        let commands: [Command] = [
            .pass(Secret(Array("hunter2".utf8))),
            .auth(AuthCommand(mechanism: "PLAIN", initialResponse: Secret(Array("hunter2".utf8)))),
        ]
        for command in commands {
            var dumped = ""
            dump(command, to: &dumped)
            #expect(!"\(command)\(String(reflecting: command))\(dumped)".contains("hunter2"))
            #expect(!dumped.contains("104"))
        }
    }
}

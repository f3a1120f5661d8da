import Testing

@testable import SMTPSyntax

@Suite struct CommandParserTests {
    static let everything = Set(ServiceExtension.allCases)

    private func parse(
        _ line: String, _ dialect: Dialect = .smtp, offered: Set<ServiceExtension> = everything
    ) throws(CommandError) -> Command {
        try CommandParser(dialect: dialect, offered: offered).parse(line.utf8)
    }

    private func address(_ localPart: String, _ domain: String) -> Address {
        Address(localPart: localPart, domain: .name(domain))
    }

    @Test(arguments: [
        ("DATA", Command.data), ("data", .data), ("Rset", .rset), ("QUIT  ", .quit), ("NOOP", .noop),
        ("NOOP whatever it is", .noop), ("HELP", .help), ("HELP MAIL", .help), ("VRFY smith", .vrfy("smith")),
        ("EXPN list", .expn("list")), ("STARTTLS", .startTLS),
        ("EHLO client.example.org", .ehlo(client: .name("client.example.org"))),
        ("HELO client_1", .helo(client: .name("client_1"))),
        ("EHLO [192.0.2.1]", .ehlo(client: .literal(.ipv4("192.0.2.1")))),
        ("EHLO [IPv6:2001:db8::1]", .ehlo(client: .literal(.ipv6("2001:db8::1")))),
        ("BDAT 0 LAST", .bdat(size: 0, last: true)),
        ("BDAT 86400", .bdat(size: 86_400, last: false)),
        ("bdat 18446744073709551615 last", .bdat(size: .max, last: true)),
        ("AUTH PLAIN", .auth(AuthCommand(mechanism: "PLAIN", initialResponse: nil))),
        ("auth scram-sha-256 =", .auth(AuthCommand(mechanism: "SCRAM-SHA-256", initialResponse: [0x3D]))),
        ("XCLIENT ADDR=192.0.2.1 port=25", .xclient(ClientAttributes(address: "192.0.2.1", port: 25))),
        (
            "XCLIENT NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::1 PORT=[TEMPUNAVAIL] HELO=a+2Bb",
            .xclient(ClientAttributes(address: "2001:db8::1"))
        ),
        ("AUTH PLAIN AGEAYg==", .auth(AuthCommand(mechanism: "PLAIN", initialResponse: Array("AGEAYg==".utf8)))),
    ])
    func parses(line: String, command: Command) throws {
        #expect(try parse(line) == command)
    }

    @Test func speaksEachDialect() throws {
        #expect(try parse("LHLO mx.example.org", .lmtp) == .lhlo(client: .name("mx.example.org")))
        for (line, dialect) in [("EHLO a", Dialect.lmtp), ("HELO a", .lmtp), ("LHLO a", .smtp)] {
            #expect(throws: CommandError(.unknownVerb)) { try parse(line, dialect) }
        }
    }

    @Test func parsesMailWithEveryParameter() throws {
        var parameters = MailParameters()
        parameters.size = 1_000_000
        parameters.body = .eightBitMIME
        parameters.smtpUTF8 = true
        parameters.submitter = .address(address("e=mc2", "example.com"))
        parameters.returnContent = .headers
        parameters.envelopeID = "QQ314159+"
        let line =
            "MAIL FROM:<j\u{F6}rg@example.org> SIZE=1000000 body=8bitmime SMTPUTF8 AUTH=e+3Dmc2@example.com "
            + "RET=HDRS ENVID=QQ314159+2B"
        #expect(try parse(line) == .mail(from: .address(address("j\u{F6}rg", "example.org")), parameters))
    }

    @Test func parsesRcptWithEveryParameter() throws {
        var parameters = RecipientParameters()
        parameters.notify = [.success, .delay]
        parameters.originalRecipient = OriginalRecipient(addressType: "rfc822", address: "Bob+x@example.com")
        let line = "RCPT TO:<bob@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+2Bx@example.com"
        #expect(try parse(line) == .rcpt(to: .address(address("bob", "example.com")), parameters))
        parameters = RecipientParameters()
        parameters.notify = .never
        #expect(try parse("RCPT TO:<Postmaster> NOTIFY=NEVER") == .rcpt(to: .postmaster, parameters))
    }

    @Test(arguments: ["AUTH=<>", "AUTH=+3C+3E"])
    func takesAnUnknownSubmitter(text: String) throws {
        var parameters = MailParameters()
        parameters.submitter = .unknown
        #expect(try parse("MAIL FROM:<> \(text)") == .mail(from: .null, parameters))
    }

    /// Line, reply code, enhanced status code.
    static let refused: [(line: String, code: UInt16, status: String)] = [
        ("", 500, "5.5.1"), (" NOOP", 500, "5.5.1"), ("FROBNICATE", 500, "5.5.1"), ("NOOP\0", 500, "5.5.2"),
        ("MAIL\rFROM:<a@b>", 500, "5.5.2"), ("NOOP \u{1B}[31m", 500, "5.5.2"), ("NOOP\tx", 500, "5.5.1"),
        ("G\u{D6}T / HTTP/1.1", 500, "5.5.1"),
        ("DATA now", 501, "5.5.4"), ("RSET x", 501, "5.5.4"), ("QUIT x", 501, "5.5.4"), ("STARTTLS x", 501, "5.5.4"),
        ("EHLO", 501, "5.5.4"), ("EHLO a b", 501, "5.5.4"), ("EHLO -a", 501, "5.5.4"), ("EHLO a..b", 501, "5.5.4"),
        ("EHLO (comment)", 501, "5.5.4"), ("EHLO b\u{FC}cher.example", 501, "5.5.4"), ("EHLO [1.2.3]", 501, "5.5.4"),
        ("VRFY", 501, "5.5.4"),
        ("MAIL", 501, "5.5.4"), ("MAIL <a@b>", 501, "5.5.4"), ("MAIL FROM <a@b>", 501, "5.5.4"),
        ("MAIL FROM:", 501, "5.1.3"), ("MAIL FROM:a@b", 501, "5.1.3"), ("MAIL FROM:<a@b", 501, "5.1.3"),
        ("MAIL FROM:<a@b>SIZE=1", 501, "5.5.4"), ("MAIL FROM:<a@b> =1", 501, "5.5.4"),
        ("MAIL FROM:<a@b> SIZE", 501, "5.5.4"), ("MAIL FROM:<a@b> SIZE=", 501, "5.5.4"),
        ("MAIL FROM:<a@b> SIZE=-1", 501, "5.5.4"), ("MAIL FROM:<a@b> SIZE=1 SIZE=1", 501, "5.5.4"),
        ("MAIL FROM:<a@b> SIZE=18446744073709551616", 501, "5.5.4"),
        ("MAIL FROM:<a@b> SIZE=000000000000000000001", 501, "5.5.4"),
        ("MAIL FROM:<a@b> BODY=9BIT", 501, "5.5.4"), ("MAIL FROM:<a@b> BODY=BINARYMIME", 504, "5.5.4"),
        ("MAIL FROM:<a@b> SMTPUTF8=1", 501, "5.5.4"), ("MAIL FROM:<a@b> FOO=1", 555, "5.5.4"),
        ("MAIL FROM:<a@b> NOTIFY=NEVER", 555, "5.5.4"), ("MAIL FROM:<a@b> RET=ALL", 501, "5.5.4"),
        ("MAIL FROM:<a@b> ENVID=a+2", 501, "5.5.4"), ("MAIL FROM:<a@b> ENVID=a+2b", 501, "5.5.4"),
        ("MAIL FROM:<a@b> ENVID=a+0D+0ARCPT", 501, "5.5.4"),
        ("MAIL FROM:<a@b> AUTH=nobody", 501, "5.5.4"), ("MAIL FROM:<a@b> AUTH=", 501, "5.5.4"),
        ("MAIL FROM:<\u{E9}@b>", 553, "5.6.7"),
        ("RCPT TO:<>", 501, "5.1.3"), ("RCPT TO:<a>", 501, "5.1.3"), ("RCPT TO:<a@b> SIZE=1", 555, "5.5.4"),
        ("RCPT TO:<a@b> NOTIFY=NEVER,SUCCESS", 501, "5.5.4"), ("RCPT TO:<a@b> NOTIFY=", 501, "5.5.4"),
        ("RCPT TO:<a@b> NOTIFY=SUCCESS,", 501, "5.5.4"), ("RCPT TO:<a@b> ORCPT=rfc822", 501, "5.5.4"),
        ("RCPT TO:<a@b> ORCPT=;a", 501, "5.5.4"), ("RCPT TO:<a@b> ORCPT=rfc822;", 501, "5.5.4"),
        ("BDAT", 501, "5.5.4"), ("BDAT x", 501, "5.5.4"), ("BDAT -1", 501, "5.5.4"), ("BDAT 1x", 501, "5.5.4"),
        ("BDAT 1 LASTING", 501, "5.5.4"), ("BDAT 1 FIRST", 501, "5.5.4"), ("BDAT 18446744073709551616", 501, "5.5.4"),
        ("AUTH", 501, "5.5.4"), ("AUTH PL@IN", 501, "5.5.4"), ("AUTH ABCDEFGHIJKLMNOPQRSTU", 501, "5.5.4"),
        ("XCLIENT", 501, "5.5.4"), ("XCLIENT ADDR", 501, "5.5.4"), ("XCLIENT PORT=70000", 501, "5.5.4"),
        ("XCLIENT FOO=1", 501, "5.5.4"), ("XCLIENT ADDR=a+0D", 501, "5.5.4"),
    ]

    @Test(arguments: refused)
    func refuses(line: String, code: UInt16, status: String) {
        do throws(CommandError) {
            Issue.record("parsed as \(try parse(line))")
        } catch {
            #expect(error.reply.code == code)
            #expect(error.reply.status?.description == status)
            #expect(error.offset <= line.utf8.count)
        }
    }

    @Test(arguments: [
        ("BDAT 1 LAST", 502), ("STARTTLS", 502), ("AUTH PLAIN", 502), ("MAIL FROM:<a@b> SIZE=1", 555),
        ("MAIL FROM:<a@b> BODY=7BIT", 555), ("MAIL FROM:<a@b> SMTPUTF8", 555), ("MAIL FROM:<a@b> AUTH=<>", 555),
        ("MAIL FROM:<a@b> RET=FULL", 555), ("RCPT TO:<a@b> NOTIFY=NEVER", 555),
    ])
    func refusesWhatIsNotOffered(line: String, code: Int) {
        do throws(CommandError) {
            Issue.record("parsed as \(try parse(line, offered: []))")
        } catch {
            #expect(Int(error.reply.code) == code)
        }
    }

    /// A session must know that it lost count, whatever made the line bad.
    @Test(arguments: ["BDAT", "BDAT x", "BDAT 1 FIRST", "BDAT 18446744073709551616 LAST"])
    func tellsABadChunkApart(line: String) {
        do throws(CommandError) {
            Issue.record("parsed as \(try parse(line))")
        } catch {
            guard case .badChunk = error.reason else {
                Issue.record("refused as \(error.reason)")
                return
            }
        }
    }

    @Test func authNeverPrintsItsResponse() throws {
        let command = try parse("AUTH PLAIN AHRpbQBzZXNhbWU=")
        var dumped = ""
        dump(command, to: &dumped)
        #expect(!"\(command) \(String(reflecting: command)) \(dumped)".contains("AHRp"))
        #expect(!dumped.contains("65"))
    }

    /// No line, however mangled, does anything but parse or throw.
    @Test func survivesMangledLines() {
        var generator = SplitMix(state: 20_261_124)
        let seeds = Self.refused.map(\.line) + ["MAIL FROM:<\"a\\\"b\"@[IPv6:::1.2.3.4]> SIZE=1 BODY=7BIT"]
        for _ in 0..<20_000 {
            var line = Array((seeds.randomElement(using: &generator) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0...line.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: line.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                case 1 where place < line.count: line.remove(at: place)
                default: line.insert(contentsOf: line.prefix(place), at: place)
                }
            }
            _ = try? CommandParser(dialect: .smtp, offered: Self.everything).parse(line)
        }
    }
}

/// A small generator whose run can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

import IMAPSyntax
import Testing

@Suite("Commands about the session")
struct SessionCommandTests {
    static let plain: [(String, Command)] = [
        ("CAPABILITY", .capability), ("noop", .noop), ("Logout", .logout), ("STARTTLS", .startTLS),
        ("NAMESPACE", .namespace), ("idle", .idle), ("CHECK", .check), ("CLOSE", .close), ("UNSELECT", .unselect),
        ("EXPUNGE", .expunge), ("UNAUTHENTICATE", .unauthenticate),
        ("compress deflate", .compress(algorithm: "DEFLATE")),
        ("ENABLE CONDSTORE utf8=accept", .enable(["CONDSTORE", "UTF8=ACCEPT"])),
        ("ID NIL", .id(nil)), ("ID ()", .id([])),
        (
            "ID (\"name\" \"x\\\"y\" \"os\" NIL)",
            .id([
                IDField(name: bytes("name"), value: bytes("x\"y")), IDField(name: bytes("os"), value: nil),
            ])
        ),
        ("LOGIN joe pw]", .login(user: bytes("joe"), password: Secret(bytes("pw]")))),
        ("LOGIN \"joe\" \"p\\\\w\"", .login(user: bytes("joe"), password: Secret(bytes("p\\w")))),
        ("LOGIN {3}\r\njoe {4+}\r\na \"b", .login(user: bytes("joe"), password: Secret(bytes("a \"b")))),
        ("LOGIN {0}\r\n {0+}\r\n", .login(user: [], password: Secret([]))),
        ("LOGIN \"jö\" \"pä\"", .login(user: bytes("jö"), password: Secret(bytes("pä")))),
        ("AUTHENTICATE plain", .authenticate(mechanism: "PLAIN", initialResponse: nil)),
        ("AUTHENTICATE PLAIN =", .authenticate(mechanism: "PLAIN", initialResponse: Secret([]))),
        (
            "AUTHENTICATE PLAIN AGpvZQBwdw==",
            .authenticate(mechanism: "PLAIN", initialResponse: Secret(bytes("\0joe\0pw")))
        ),
    ]

    @Test("mean what they say", arguments: plain)
    func parses(_ text: String, _ command: Command) throws {
        #expect(try parse(text) == command)
    }

    @Test("may end with LF or with nothing")
    func lineEnds() throws {
        for end in ["\r\n", "\n", ""] {
            #expect(try CommandParser().parse(bytes("x NOOP" + end)) == TaggedCommand(tag: "x", command: .noop))
        }
    }

    @Test("never show a credential")
    func redaction() throws {
        for text in ["LOGIN joe hunter2", "AUTHENTICATE PLAIN aHVudGVyMg=="] {
            let command = try parse(text)
            #expect(!"\(command)".contains("hunter2"))
            var dumped = ""
            dump(command, to: &dumped)
            #expect(!dumped.contains("hunter2") && !dumped.contains("104"))
        }
    }

    @Test("AUTHENTICATE lines")
    func authenticationLines() {
        #expect(AuthenticationLine(bytes("*")) == .cancelled)
        #expect(AuthenticationLine(bytes("")) == .response(Secret([])))
        #expect(AuthenticationLine(bytes("YQ==")) == .response(Secret(bytes("a"))))
        for bad in ["YQ=", "YQ", "Y===", "=", "====", "Y*==", "YR==", "YQ==\0"] {
            #expect(AuthenticationLine(bytes(bad)) == nil)
        }
    }

    @Test("DONE ends IDLE in any case, and nothing else does")
    func done() {
        #expect(IdleLine.isDone(bytes("DONE")) && IdleLine.isDone(bytes("done")))
        #expect(!IdleLine.isDone(bytes("DONE ")) && !IdleLine.isDone([]) && !IdleLine.isDone(bytes("a NOOP")))
    }
}

import IMAPSyntax
import Testing

@Suite("Commands made to hurt")
struct HostileCommandTests {
    static func many(_ count: Int, _ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for _ in 0..<count { result += text.utf8 }
        return result
    }

    @Test("a megabyte of parentheses")
    func parentheses() {
        for command in ["SEARCH ", "FETCH 1 ", "LIST ", "STORE 1 ", "ID ", "STATUS a ", "APPEND a "] {
            let error = syntaxError(bytes("a1 " + command) + Self.many(1_000_000, "("))
            #expect(error != nil && error?.tag == "a1")
        }
        #expect(syntaxError(bytes("a1 SEARCH ") + Self.many(1_000_000, "("))?.reason == .tooDeep)
    }

    @Test("OR and NOT in each other")
    func nesting() {
        #expect(syntaxError(bytes("a1 SEARCH ") + Self.many(100_000, "OR "))?.reason == .tooDeep)
        #expect(syntaxError(bytes("a1 SEARCH ") + Self.many(100_000, "NOT ") + bytes("ALL"))?.reason == .tooDeep)
        let deepest = bytes("a1 SEARCH ") + Self.many(127, "NOT ") + bytes("ALL")
        #expect(syntaxError(deepest) == nil)
        #expect(syntaxError(bytes("a1 SEARCH NOT ") + deepest.dropFirst(10))?.reason == .tooDeep)
    }

    @Test("lists without end")
    func lists() {
        #expect(
            syntaxError(bytes("a1 SEARCH ALL") + Self.many(5000, " ALL"))?.reason == .tooMany("search keys"))
        #expect(
            syntaxError(bytes("a1 STORE 1 FLAGS a") + Self.many(5000, " a"))?.reason == .tooMany("flags"))
        #expect(
            syntaxError(bytes("a1 FETCH 1") + Self.many(17_000, ",1") + bytes(" FLAGS"))?.reason
                == .tooMany("elements in a set"))
        #expect(
            syntaxError(bytes("a1 APPEND a CATENATE (URL x") + Self.many(5000, " URL x"))?.reason == .tooMany("parts"))
        #expect(syntaxError(bytes("a1 FETCH 1 BODY[1") + Self.many(200, ".1") + bytes("]"))?.reason == .tooDeep)
        #expect(
            syntaxError(bytes("a1 ID (\"a\" NIL") + Self.many(30, " \"a\" NIL") + bytes(")"))?.reason
                == .tooMany("ID fields"))
    }

    @Test("numbers as long as a line")
    func numbers() {
        let digits = Self.many(60_000, "9")
        for (prefix, suffix) in [
            ("FETCH ", " FLAGS"), ("SEARCH LARGER ", ""), ("SEARCH MODSEQ ", ""), ("FETCH 1 BODY[", "]"),
            ("FETCH 1 BODY[]<", ".1>"), ("LOGIN {", "}\r\n"), ("SELECT a (QRESYNC (1 ", "))"),
        ] {
            #expect(syntaxError(bytes("a1 " + prefix) + digits + bytes(suffix))?.reason == .numberOutOfRange)
        }
    }

    @Test("every byte in every place of a command")
    func everyByte() {
        let commands = [
            "a1 FETCH 1:* (BODY.PEEK[1.HEADER.FIELDS (a \"b\")]<0.1> UID) (CHANGEDSINCE 5)",
            "a1 LIST (SUBSCRIBED) \"\" (a %) RETURN (STATUS (SIZE))", "a1 LOGIN {1}\r\na \"\\\"\"",
            "a1 SEARCH RETURN (ALL) OR 1 (SENTON 1-Jan-2020 KEYWORD a)",
            "a1 APPEND &AOQ- (\\Seen) \"01-Jan-2020 00:00:00 +0000\" {1}",
            "a1 REPLACE 1 a CATENATE (URL \"/a;UIDVALIDITY=1/;UID=2\" URL x) () UTF8 (~{1}",
        ]
        for command in commands {
            let whole = line(command)
            for index in whole.indices {
                for byte in UInt8.min...UInt8.max {
                    var changed = whole
                    changed[index] = byte
                    if let error = syntaxError(changed) { #expect(error.offset <= changed.count) }
                }
            }
        }
    }
}

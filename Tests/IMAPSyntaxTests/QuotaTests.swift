import IMAPSyntax
import Testing

@Suite("QUOTA")
struct QuotaTests {
    @Test("GETQUOTA, GETQUOTAROOT, SETQUOTA")
    func commands() throws {
        #expect(try parse("GETQUOTA \"\"") == .getQuota(root: []))
        #expect(try parse("getquota user@example.com") == .getQuota(root: bytes("user@example.com")))
        #expect(try parse("GETQUOTA {3+}\r\n!/x") == .getQuota(root: bytes("!/x")))
        #expect(try parse("GETQUOTAROOT inbox") == .getQuotaRoot(.inbox))
        #expect(try parse("SETQUOTA \"\" ()") == .setQuota(root: [], []))
        #expect(
            try parse("SETQUOTA a (storage 510 MESSAGE 9223372036854775807)")
                == .setQuota(
                    root: bytes("a"),
                    [
                        QuotaLimit(name: "STORAGE", limit: 510),
                        QuotaLimit(name: "MESSAGE", limit: 9_223_372_036_854_775_807),
                    ]))
    }

    @Test(
        "what is no command",
        arguments: [
            "GETQUOTA", "GETQUOTA ", "GETQUOTA a b", "GETQUOTAROOT", "GETQUOTAROOT a b", "SETQUOTA a",
            "SETQUOTA a (STORAGE)", "SETQUOTA a (STORAGE x)", "SETQUOTA a (STORAGE 9223372036854775808)",
            "SETQUOTA a (STORAGE 1", "SETQUOTA a (STORAGE 1 )",
        ])
    func faults(_ text: String) {
        #expect(syntaxError(line("a1 " + text))?.tag == "a1")
    }

    @Test("responses")
    func responses() throws {
        #expect(
            ResponseEncoderTests.encoded(
                .quota(
                    root: bytes("user@example.com"),
                    [
                        QuotaResourceValue(.storage, usage: 104, limit: 10_923_847),
                        QuotaResourceValue(.mailbox, usage: 6, limit: 10_000),
                    ])) == "* QUOTA user@example.com (STORAGE 104 10923847 MAILBOX 6 10000)\r\n")
        #expect(ResponseEncoderTests.encoded(.quota(root: [], [])) == "* QUOTA \"\" ()\r\n")
        #expect(
            ResponseEncoderTests.encoded(.quotaRoots(.inbox, [[], bytes("a b")]))
                == "* QUOTAROOT INBOX \"\" \"a b\"\r\n")
        #expect(ResponseEncoderTests.encoded(.quotaRoots(try mailbox("ä"), [])) == "* QUOTAROOT &AOQ-\r\n")
        #expect(
            ResponseEncoderTests.encoded(.status(.inbox, [.deleted(4), .deletedStorage(8192)]))
                == "* STATUS INBOX (DELETED 4 DELETED-STORAGE 8192)\r\n")
    }
}

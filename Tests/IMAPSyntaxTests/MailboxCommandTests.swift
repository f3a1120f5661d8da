import IMAPSyntax
import Testing

@Suite("Commands about mailboxes")
struct MailboxCommandTests {
    @Test("SELECT and EXAMINE")
    func select() throws {
        #expect(try parse("SELECT INBOX") == .select(.inbox, []))
        #expect(try parse("EXAMINE \"a b\" (CONDSTORE)") == .examine(mailbox("a b"), [.condStore]))
        #expect(
            try parse("SELECT a (QRESYNC (67890007 20050715194045000 41,43:211,214:541))")
                == .select(
                    mailbox("a"),
                    [
                        .qResync(
                            QResyncParameter(
                                uidValidity: 67_890_007, modSequence: 20_050_715_194_045_000,
                                knownUIDs: set(41...41, 43...211, 214...541)))
                    ]))
        #expect(
            try parse("SELECT a (CONDSTORE QRESYNC (1 2 3:4 (1,2 3:4)))")
                == .select(
                    mailbox("a"),
                    [
                        .condStore,
                        .qResync(
                            QResyncParameter(
                                uidValidity: 1, modSequence: 2, knownUIDs: set(3...4),
                                sequenceMatch: .init(sequenceNumbers: set(1...2), uids: set(3...4)))),
                    ]))
        #expect(
            try parse("SELECT a (QRESYNC (1 2 (1 7)))")
                == .select(
                    mailbox("a"),
                    [
                        .qResync(
                            QResyncParameter(
                                uidValidity: 1, modSequence: 2,
                                sequenceMatch: .init(sequenceNumbers: set(1...1), uids: set(7...7))))
                    ]))
    }

    @Test("CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE")
    func manage() throws {
        #expect(try parse("CREATE a/b") == .create(mailbox("a/b"), uses: []))
        #expect(
            try parse("CREATE a (USE (\\drafts \\Sent \\Drafts))") == .create(mailbox("a"), uses: [.drafts, .sent]))
        #expect(try parse("CREATE a (USE ())") == .create(mailbox("a"), uses: []))
        #expect(try parse("DELETE {1}\r\na") == .delete(mailbox("a")))
        #expect(try parse("RENAME a {1+}\r\nb") == .rename(from: mailbox("a"), to: mailbox("b")))
        #expect(try parse("SUBSCRIBE a") == .subscribe(mailbox("a")))
        #expect(try parse("UNSUBSCRIBE a") == .unsubscribe(mailbox("a")))
    }

    @Test(
        "INBOX in any case, alone or as first component",
        arguments: [
            ("inbox", "INBOX"), ("iNbOx/Sub", "INBOX/Sub"), ("inboxes", "inboxes"), ("a/inbox", "a/inbox"),
            ("INBO", "INBO"),
        ])
    func inbox(_ given: String, _ kept: String) throws {
        #expect(try parse("DELETE " + given) == .delete(mailbox(kept)))
        #expect(try mailbox(given).string == kept)
    }

    @Test("names in modified UTF-7, and in UTF-8 once that is enabled")
    func encodings() throws {
        let utf8 = ParserOptions(usesUTF8: true)
        #expect(try parse("DELETE &AOQ-") == .delete(mailbox("ä")))
        #expect(try parse("DELETE \"ä&-\"", utf8) == .delete(mailbox("ä&-")))
        #expect(
            syntaxError(bytes("a1 DELETE {2+}\r\n") + [0xC3, 0x28] + bytes("\r\n"), utf8)?.reason
                == .mailboxName("not valid UTF-8"))
        #expect(
            syntaxError(bytes("a1 DELETE \"") + [0xC3, 0x28] + bytes("\"\r\n"), utf8)?.reason
                == .invalid("UTF-8 in the quoted string that begins"))
    }

    @Test("LIST")
    func list() throws {
        let all = try #require(ListPattern("*"))
        let empty = try mailbox("")
        #expect(try parse("LIST \"\" *") == .list(ListCommand(reference: empty, patterns: [all])))
        #expect(
            try parse("LIST inbox/ \"%\"")
                == .list(ListCommand(reference: mailbox("INBOX/"), patterns: [#require(ListPattern("%"))])))
        #expect(
            try parse(
                "LIST (SUBSCRIBED recursivematch) \"\" (a* {2}\r\nb%) RETURN (CHILDREN STATUS (MESSAGES SIZE) subscribed special-use)"
            )
                == .list(
                    ListCommand(
                        selection: [.subscribed, .recursiveMatch], reference: empty,
                        patterns: [#require(ListPattern("a*")), #require(ListPattern("b%"))],
                        returns: [.children, .status([.messages, .size]), .subscribed, .specialUse], isExtended: true)))
        #expect(
            try parse("LIST () \"\" * RETURN ()")
                == .list(ListCommand(reference: empty, patterns: [all], isExtended: true)))
        #expect(try parse("LSUB \"\" &AOQ-%") == .lsub(reference: empty, pattern: #require(ListPattern("ä%"))))
        guard case .list(let question) = try parse("LIST \"\" \"\"") else { return #expect(Bool(false), "not LIST") }
        #expect(question.asksForDelimiter)
        guard case .list(let pattern) = try parse("LIST () \"\" \"\"") else { return #expect(Bool(false), "not LIST") }
        #expect(!pattern.asksForDelimiter)
    }

    @Test("STATUS")
    func status() throws {
        #expect(
            try parse(
                "STATUS a (messages RECENT UIDNEXT UIDVALIDITY UNSEEN DELETED DELETED-STORAGE SIZE HIGHESTMODSEQ "
                    + "MAILBOXID APPENDLIMIT SIZE)")
                == .status(mailbox("a"), StatusItem.allCases))
    }
}

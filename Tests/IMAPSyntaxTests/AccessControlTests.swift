import IMAPSyntax
import Testing

@Suite("ACL")
struct AccessControlTests {
    @Test("SETACL, DELETEACL, GETACL, LISTRIGHTS, MYRIGHTS")
    func commands() throws {
        let name = bytes("bob@example.com")
        #expect(
            try parse("SETACL inbox bob@example.com lrs")
                == .setACL(.inbox, identifier: name, RightsModification(.replace, bytes("lrs"))))
        #expect(
            try parse("setacl a bob@example.com +cda")
                == .setACL(mailbox("a"), identifier: name, RightsModification(.add, bytes("cda"))))
        #expect(
            try parse("SETACL a bob@example.com \"-x\"")
                == .setACL(mailbox("a"), identifier: name, RightsModification(.remove, bytes("x"))))
        #expect(
            try parse("SETACL a bob@example.com \"\"")
                == .setACL(mailbox("a"), identifier: name, RightsModification(.replace, [])))
        #expect(
            try parse("SETACL a -fred l0")
                == .setACL(mailbox("a"), identifier: bytes("-fred"), RightsModification(.replace, bytes("l0"))))
        #expect(try parse("DELETEACL a anyone") == .deleteACL(mailbox("a"), identifier: bytes("anyone")))
        #expect(try parse("GETACL {1+}\r\na") == .getACL(mailbox("a")))
        #expect(try parse("LISTRIGHTS a \"a b\"") == .listRights(mailbox("a"), identifier: bytes("a b")))
        #expect(try parse("MYRIGHTS Inbox") == .myRights(.inbox))
    }

    @Test(
        "what is no command",
        arguments: [
            "SETACL", "SETACL a", "SETACL a b", "SETACL a b lQ", "SETACL a b l r", "SETACL a \"\" l",
            "SETACL a b l-r", "SETACL a {2+}\r\n\u{e4} l r", "DELETEACL a", "DELETEACL a \"\"", "GETACL", "GETACL a b",
            "LISTRIGHTS a", "MYRIGHTS", "MYRIGHTS a b",
        ])
    func faults(_ text: String) {
        #expect(syntaxError(line("a1 " + text))?.tag == "a1")
    }

    @Test("LIST with MYRIGHTS")
    func list() throws {
        guard case .list(let command) = try parse("LIST \"\" % RETURN (MYRIGHTS MYRIGHTS CHILDREN)") else {
            Issue.record("no LIST")
            return
        }
        #expect(command.returns == [.myRights, .children])
    }

    @Test("responses")
    func responses() throws {
        let box = try mailbox("a b")
        #expect(
            ResponseEncoderTests.encoded(
                .acl(box, [AccessEntry(bytes("x@y.z"), bytes("lr")), AccessEntry(bytes("a b"), [])]))
                == "* ACL \"a b\" x@y.z lr \"a b\" \"\"\r\n")
        #expect(ResponseEncoderTests.encoded(.acl(box, [])) == "* ACL \"a b\"\r\n")
        #expect(
            ResponseEncoderTests.encoded(
                .listRights(box, identifier: bytes("anyone"), required: [], optional: [bytes("l"), bytes("rs")]))
                == "* LISTRIGHTS \"a b\" anyone \"\" l rs\r\n")
        #expect(ResponseEncoderTests.encoded(.myRights(.inbox, bytes("lrs"))) == "* MYRIGHTS INBOX lrs\r\n")
    }
}

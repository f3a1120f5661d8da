import IMAPSyntax
import Testing

@testable import IMAPServer

/// What may run on the event loop: only commands whose bounds stand in their line.
@Suite struct BrevityTests {
    private func isBrief(_ text: String) throws -> Bool {
        try CommandParser().parse(Array("a \(text)\r\n".utf8)).command.isBrief
    }

    @Test(arguments: [
        "NOOP", "CHECK", "FETCH 7 (FLAGS BODY.PEEK[])",
        "UID FETCH 4294967295 BODY[1]", "FETCH 1:16 (FLAGS ENVELOPE BODYSTRUCTURE)", "FETCH 1:8,20:27 FLAGS",
        "STORE 1:16 +FLAGS (\\Seen)",
    ])
    func onTheLoop(_ text: String) throws {
        #expect(try isBrief(text))
    }

    @Test(arguments: [
        "FETCH 1:2 BODY.PEEK[]", "FETCH 1,3 BINARY[1]", "FETCH 1:17 FLAGS", "FETCH 1:8,20:28 FLAGS",
        "FETCH 1:* FLAGS", "UID FETCH 4294967295:* FLAGS", "FETCH * FLAGS", "FETCH $ FLAGS", "FETCH 1:4294967295 FLAGS",
        "STORE 1:17 FLAGS (\\Seen)", "STORE * FLAGS (\\Seen)", "SEARCH ALL", "UID SEARCH UID 1", "SELECT INBOX",
        "EXPUNGE",
        "COPY 1 Trash", "LIST \"\" *", "STATUS INBOX (MESSAGES)",
    ])
    func elsewhere(_ text: String) throws {
        #expect(try !isBrief(text))
    }
}

import LightMailCore
import Testing

@testable import MailMigration

/// A server that gives each command the answer that was written for it, in pieces of so many bytes.
private final class Script {
    private let answers: [(command: String, lines: String)]
    private let piece: Int
    private var said: [UInt8] = []
    private(set) var commands: [String] = []

    init(_ answers: [(String, String)], piece: Int) {
        self.answers = answers
        self.piece = piece
    }

    func send(_ bytes: [UInt8]) {
        let parts = String(decoding: bytes.dropLast(2), as: UTF8.self).split(separator: " ", maxSplits: 1)
        let command = String(parts[1])
        commands.append(command)
        let lines = answers.first { command.hasPrefix($0.command) }?.lines ?? ""
        said += lines.utf8.flatMap { $0 == 10 ? [13, 10] : [$0] }
        said += Array(
            "\(parts[0]) \(lines.isEmpty && command.hasPrefix("NAMESPACE") ? "BAD what" : "OK done")\r\n".utf8)
    }

    func receive() throws -> [UInt8] {
        guard !said.isEmpty else { throw MigrationError(.all, "nothing more is said") }
        defer { said.removeFirst(min(piece, said.count)) }
        return Array(said.prefix(piece))
    }

    var source: IMAPSource {
        IMAPSource(
            IMAPAccount(host: "Host", port: nil, encryption: .tls, user: "u", password: "p"),
            IMAPConversation(reader: IMAPReader { try self.receive() }, send: { self.send($0) }))
    }
}

@Suite struct IMAPSourceTests {
    @Test(arguments: [1, 2, 7, 4_096])
    func foldersAreThoseOfTheAccount(_ piece: Int) async throws {
        let script = Script(
            [
                ("NAMESPACE", "* NAMESPACE ((\"INBOX.\" \".\")) ((\"user.\" \".\" \"X-A\" (\"b\"))) NIL\n"),
                (
                    "LIST",
                    """
                    * LIST (\\HasChildren) "." INBOX
                    * LIST () "." {15}
                    INBOX.Entw&APw-
                    * LIST (\\Noselect) "." "INBOX.none"
                    * LIST () "." "INBOX.a/b.c \\"d\\""
                    * LIST () "." user.other
                    * 3 EXISTS

                    """
                ),
            ], piece: piece)
        var notices: [String] = []
        let folders = try await script.source.folders { notices.append($0) }
        #expect(folders.map(\.path.description) == ["Entw\u{FC}", "INBOX", "a_b/c \"d\""])
        #expect(notices == [])
    }

    @Test(arguments: [1, 5, 4_096])
    func messagesComeWithAllThatTheyHave(_ piece: Int) async throws {
        let script = Script(
            [
                ("EXAMINE", "* 3 EXISTS\n* FLAGS (\\Seen)\n* OK [UIDVALIDITY 77] x\n"),
                (
                    "FETCH",
                    """
                    * 1 FETCH (FLAGS (\\Seen \\Recent work) UID 5 INTERNALDATE " 1-Jan-1970 01:00:10 +0100" X-NEW (a {1}
                    b "c"))
                    * 2 FETCH (FLAGS ())
                    * 2 FETCH (INTERNALDATE "01-Jan-1970 00:00:20 +0000" UID 9 FLAGS (\\Draft \\Deleted \\Flagged \\Answered))

                    """
                ),
                ("UID FETCH 5", "* 1 EXPUNGE\n* 1 FETCH (UID 5 BODY[] {7}\nab\nc)d)\n"),
                ("UID FETCH 9", "* 2 FETCH (BODY[] \"short\")\n"),
            ], piece: piece)
        let source = script.source
        #expect(try await source.open(SourceFolder(place: Array("A \"q\"".utf8), path: .inbox)) { _ in } == 3)
        #expect(script.commands == ["EXAMINE \"A \\\"q\\\"\""])
        let batch = try #require(try await source.next { _ in })
        #expect(batch.messages.map(\.flags) == [.seen, [.draft, .deleted, .flagged, .answered]])
        #expect(batch.messages.map { $0.keywords.map(\.name) } == [["work"], []])
        #expect(batch.messages.map(\.internalDate) == [10, 20])
        #expect(Set(batch.messages.map(\.identity)).count == 2)
        var bodies: [String] = []
        for message in batch.messages {
            var body: [UInt8] = []
            try await source.read(message) { body += $0 }
            bodies.append(String(decoding: body, as: UTF8.self))
        }
        #expect(bodies == ["ab\r\nc)d", "short"])
        // One was expunged meanwhile, and the three that were asked for were all there were.
        #expect(try await source.next { _ in } == nil)
    }

    @Test(arguments: [
        "* 1 FETCH (UID 5 BODY[] {99999999999999999999}\n", "* 1 FETCH UID\n", "* 1 FETCH (UID 5\n", "{5}\n",
        "* 1 FETCH (BODY[] {x}\n",
        "* 1 FETCH (UID \"a\n\")\n", ")\n",
    ])
    func whatIsNoIMAPIsAnError(_ said: String) async throws {
        let script = Script([("FETCH", said), ("EXAMINE", "* 1 EXISTS\n* OK [UIDVALIDITY 1]\n")], piece: 64)
        let source = script.source
        _ = try await source.open(SourceFolder(place: [65], path: .inbox)) { _ in }
        await #expect(throws: MigrationError.self) { _ = try await source.next { _ in } }
    }

    @Test func aNameThatCannotBeSaidIsRefused() {
        #expect(IMAPConversation.quoted([65, 13, 10, 66]) == nil)
        #expect(IMAPConversation.quoted(Array("a\"b\\".utf8)) == Array("\"a\\\"b\\\\\"".utf8))
    }
}

@Suite struct FolderNameTests {
    @Test(arguments: [
        (["Work", "Reports"], "Work/Reports"), (["inbox"], "INBOX"), (["Entw&APw-rfe"], "Entw\u{FC}rfe"),
        (["a%2fb"], "a_b"), (["v1%2e2"], "v1.2"), (["50%"], "50_"), (["*"], "_"), (["bad&x"], "bad&x"),
    ])
    func namesOfFiles(_ levels: [String], _ path: String) throws {
        #expect(try FolderName.path(levels.map { Array($0.utf8) }).description == path)
    }

    @Test func bytesThatAreNoUTF8AreLatin() throws {
        #expect(try FolderName.path([[0x6C, 0xE9]]).description == "l\u{E9}")
        #expect(try FolderName.path([[0x01]]).description == "_")
    }

    @Test(arguments: [[""], ["a", "", "b"], [String(repeating: "x", count: 1_001)], Array(repeating: "d", count: 33)])
    func namesThatNothingCanHaveAreRefused(_ levels: [String]) {
        #expect(throws: MigrationError.self) { try FolderName.path(levels.map { Array($0.utf8) }) }
    }
}

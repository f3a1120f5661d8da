import Testing

@testable import LightMailCore

@Suite struct MailboxPathTests {
    @Test(arguments: [
        ("inbox", "INBOX"), ("InBox/Sub", "INBOX/Sub"), ("Inboxes", "Inboxes"), ("a/INBOX", "a/INBOX"),
        ("Büro", "Büro"),
    ])
    func normalises(_ written: String, _ kept: String) throws {
        #expect(try MailboxPath(written).description == kept)
    }

    @Test(arguments: [
        "", "/", "a//b", "/a", "a/", "a%", "*", "a\u{7}", "a\r\nb", "\u{2028}", String(repeating: "x", count: 1001),
        Array(repeating: "x", count: 33).joined(separator: "/"),
    ])
    func refuses(_ name: String) {
        #expect(throws: StoreError.self) { try MailboxPath(name) }
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(throws: StoreError.self) { try MailboxPath([0x61, 0xFF]) }
    }

    @Test func knowsItsPlaceInTheHierarchy() throws {
        let path = try MailboxPath("a/b/c")
        #expect(path.superiors.map(\.description) == ["a", "a/b"])
        #expect(path.isInferior(to: try MailboxPath("a")))
        #expect(!path.isInferior(to: path))
        #expect(!(try MailboxPath("ab/c")).isInferior(to: try MailboxPath("a")))
    }
}

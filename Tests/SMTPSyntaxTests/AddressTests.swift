import Testing

@testable import SMTPSyntax

@Suite struct AddressTests {
    private func path(_ text: String) throws(CommandError) -> ReversePath {
        var cursor = Cursor(Array(text.utf8))
        let path = try cursor.reversePath()
        guard cursor.isAtEnd else { throw cursor.error(.badPath("more follows")) }
        return path
    }

    /// The path as a client may write it, the local part it means, and how we write it.
    @Test(arguments: [
        ("<a@b>", "a", "<a@b>"),
        ("<First.Last+tag@Example.ORG>", "First.Last+tag", "<First.Last+tag@Example.ORG>"),
        ("<!#$%&'*+-/=?^_`{|}~@b.c>", "!#$%&'*+-/=?^_`{|}~", "<!#$%&'*+-/=?^_`{|}~@b.c>"),
        ("<\"plain\"@b>", "plain", "<plain@b>"),
        ("<\"pl\\ain\"@b>", "plain", "<plain@b>"),
        ("<\"Joe\\,Smith\"@b>", "Joe,Smith", "<\"Joe,Smith\"@b>"),
        ("<\"with space\"@b>", "with space", "<\"with space\"@b>"),
        ("<\"a@b>c\"@d>", "a@b>c", "<\"a@b>c\"@d>"),
        ("<\"q\\\"\\\\\"@b>", "q\"\\", "<\"q\\\"\\\\\"@b>"),
        ("<\"two..dots\"@b>", "two..dots", "<\"two..dots\"@b>"),
        ("<\"dot.\"@b>", "dot.", "<\"dot.\"@b>"),
        ("<@one.example,@two.example:a@b>", "a", "<a@b>"),
        ("<a@[192.0.2.255]>", "a", "<a@[192.0.2.255]>"),
        ("<a@[IPv6:2001:db8::1]>", "a", "<a@[IPv6:2001:db8::1]>"),
        ("<a@[X-tag:anything!]>", "a", "<a@[X-tag:anything!]>"),
        ("<j\u{F6}rg@b\u{FC}cher.example>", "j\u{F6}rg", "<j\u{F6}rg@b\u{FC}cher.example>"),
        ("<a@mail_host.example>", "a", "<a@mail_host.example>"),
    ])
    func parsesAndEncodes(text: String, localPart: String, encoded: String) throws {
        guard case .address(let address) = try path(text) else {
            Issue.record("null path")
            return
        }
        #expect(address.localPart == localPart)
        #expect(ReversePath.address(address).encoded == encoded)
        #expect(try path(encoded) == .address(address))
    }

    @Test func takesTheNullPathAndPostmaster() throws {
        #expect(try path("<>") == .null)
        #expect(ReversePath.null.encoded == "<>")
        var cursor = Cursor(Array("<PostMaster>".utf8))
        #expect(try cursor.forwardPath() == .postmaster)
        cursor = Cursor(Array("<postmaster@example.org>".utf8))
        #expect(
            try cursor.forwardPath()
                == .address(Address(localPart: "postmaster", domain: .name("example.org"))))
    }

    @Test(arguments: [
        "", "a@b", "<a@b", "<a>", "<@b>", "<a@>", "<a@b>>", "<a@b> ", "<a b@c>", "<.a@b>", "<a.@b>", "<a..b@c>",
        "<\"a@b>", "<\"a\"b@c>", "<\"\"@b>", "<\"a\\\"@b>", "<\"\u{7F}\"@b>", "<a@b.>", "<a@.b>", "<a@-b>", "<a@b->",
        "<a@b..c>", "<a@b c>", "<a@b;c>", "<a@[1.2.3.256]>", "<a@[1.2.3]>", "<a@[1.2.3.4>", "<a@[]>",
        "<a@[tag]>", "<a@[-:x]>", "<a@[a b:c]>", "<@one:>", "<@one a@b>", "<@one,:a@b>", "<<a@b>>", "<(c)a@b>",
    ])
    func refuses(text: String) {
        #expect(throws: CommandError.self) { try path(text) }
    }

    @Test func refusesWhatIsNotUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80]] {
            var cursor = Cursor(Array("<a".utf8) + bytes + Array("@b>".utf8))
            #expect(throws: CommandError.self) { try cursor.reversePath() }
        }
    }

    @Test func boundsLengths() throws {
        let label = String(repeating: "a", count: 63)
        #expect(throws: Never.self) { try path("<a@\(label)>") }
        #expect(throws: CommandError.self) { try path("<a@\(label)a>") }
        let name = "\(label).\(label).\(label).\(label)"
        #expect(throws: Never.self) { try path("<a@\(name)>") }
        #expect(throws: CommandError.self) { try path("<a@\(name).a>") }
        #expect(throws: Never.self) { try path("<\(String(repeating: "a", count: 1_020))@b>") }
        #expect(throws: CommandError.self) { try path("<\(String(repeating: "a", count: 1_021))@b>") }
    }

    @Test(arguments: [
        ("1:2:3:4:5:6:7:8", true), ("::", true), ("::1", true), ("1::", true), ("1:2:3:4:5:6::", true),
        ("fe80::ABCD", true), ("::1.2.3.4", true), ("1::1.2.3.4", true), ("1:2:3:4:5:6:1.2.3.4", true),
        ("::ffff:1.2.3.4", true), ("1:2::3:1.2.3.4", true),
        ("", false), (":", false), (":::", false), ("1:2:3:4:5:6:7", false), ("1:2:3:4:5:6:7:8:9", false),
        ("1:2:3:4:5:6:7::", false), ("1::2::3", false), ("12345::", false), ("g::", false), (":1", false),
        ("1:", false), ("1.2.3.4", false), ("1:2:3:4:5:6:7:1.2.3.4", false), ("::1.2.3.256", false),
        ("1.2.3.4::", false), ("1:2:3:4:5::1.2.3.4", false), (":1.2.3.4", false), ("::%eth0", false),
    ])
    func checksIPv6(text: String, isValid: Bool) {
        #expect((AddressLiteral(content: "IPv6:\(text)") == .ipv6(text)) == isValid)
    }
}

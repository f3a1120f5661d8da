import IMAPSyntax
import Testing

@Suite("URLs of messages")
struct MessageURLTests {
    private static let urls: [(String, String, UInt32?, UInt32, SectionSpec, Partial?)] = [
        ("/Drafts/;UID=20", "Drafts", nil, 20, .whole, nil),
        ("/Drafts;UIDVALIDITY=385759045/;UID=20", "Drafts", 385_759_045, 20, .whole, nil),
        (
            "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=1.MIME", "Drafts", 385_759_045, 20,
            SectionSpec(part: [1], text: .mime), nil
        ),
        ("/inbox/;uid=1/;SECTION=HEADER", "INBOX", nil, 1, SectionSpec(text: .header), nil),
        (
            "/a/b/;UID=1/;SECTION=2.HEADER.FIELDS%20(Subject%20X/Y)", "a/b", nil, 1,
            SectionSpec(part: [2], text: .headerFields([bytes("Subject"), bytes("X/Y")])), nil
        ),
        ("/a%2Fb%20%C3%A4/;UID=1", "a/b ä", nil, 1, .whole, nil),
        ("/a/;UID=1/;PARTIAL=10.20", "a", nil, 1, .whole, Partial(offset: 10, length: 20)),
        ("/a/;UID=1/;SECTION=1/;PARTIAL=5", "a", nil, 1, SectionSpec(part: [1]), Partial(offset: 5, length: .max)),
        (";UID=3", "top/selected", nil, 3, .whole, nil),
        (";UID=3/;SECTION=TEXT", "top/selected", nil, 3, SectionSpec(text: .text), nil),
        ("other/;UID=3", "top/other", nil, 3, .whole, nil),
    ]

    @Test("are resolved", arguments: urls)
    func resolved(
        _ text: String, _ name: String, _ uidValidity: UInt32?, _ uid: UInt32, _ section: SectionSpec,
        _ partial: Partial?
    ) throws {
        let url = try #require(MessageURL(bytes(text), base: mailbox("top/selected")))
        #expect(url.mailbox == (try mailbox(name)))
        #expect(url.uidValidity == uidValidity)
        #expect(url.uid == uid)
        #expect(url.section == section)
        #expect(url.partial == partial)
    }

    @Test(
        "that are none, or no business of ours",
        arguments: [
            "", "/", "//", "/a", "/a/", "/;UID=1", "//server/a/;UID=1", "imap://server/a/;UID=1", "imap:a/;UID=1",
            "/a/;UID=0", "/a/;UID=", "/a/;UID=4294967296", "/a/;UID=1;SECTION=1", "/a/;UID=1/;SECTION=",
            "/a/;UID=1/;SECTION=FOO", "/a/;UID=1/;SECTION=1]x", "/a/;UID=1/x", "/a/;UID=1/;PARTIAL=",
            "/a/;UID=1/;PARTIAL=1.0", "/a/;UID=1/;PARTIAL=1.2.3", "/a/;UID=1/;PARTIAL=99999999999999999999",
            "/a;UIDVALIDITY=0/;UID=1", "/a;UIDVALIDITY=x/;UID=1", "/a%/;UID=1", "/a%zz/;UID=1", "/a%00/;UID=1",
            "/%FF/;UID=1", "/a b/;UID=1", "/ä/;UID=1", "/../;UID=1", "/a/./b/;UID=1", "/a/;UID=1?SUBJECT",
            "/a/;UID=1/;URLAUTH=anonymous", "/" + String(repeating: "a", count: 5000) + "/;UID=1",
        ])
    func refused(_ text: String) throws {
        #expect(MessageURL(bytes(text), base: try mailbox("selected")) == nil)
    }

    @Test("that need a selected mailbox, where there is none")
    func unselected() {
        #expect(MessageURL(bytes(";UID=1"), base: nil) == nil)
    }
}

import IMAPSyntax
import Testing

@Suite("NOTIFY")
struct NotifyTests {
    @Test("NOTIFY")
    func commands() throws {
        #expect(try parse("NOTIFY NONE") == .notify(.none))
        #expect(
            try parse("notify set status (selected (MessageNew (uid flags) messageExpunge))")
                == .notify(
                    .set(status: true, [NotifyGroup(.selected, [.messageNew([.uid, .flags]), .messageExpunge])])))
        #expect(
            try parse(
                "NOTIFY SET (selected-delayed NONE) (inboxes (MailboxName)) (personal (FlagChange MessageNew MessageExpunge))"
            )
                == .notify(
                    .set(
                        status: false,
                        [
                            NotifyGroup(.selectedDelayed, []), NotifyGroup(.inboxes, [.mailboxName]),
                            NotifyGroup(.personal, [.flagChange, .messageNew([]), .messageExpunge]),
                        ])))
        #expect(
            try parse(
                "NOTIFY SET (subtree Lists NONE) (mailboxes (a {1+}\r\nb a) (SubscriptionChange MailboxMetadataChange)) (subscribed (ServerMetadataChange))"
            )
                == .notify(
                    .set(
                        status: false,
                        [
                            NotifyGroup(.subtree([try mailbox("Lists")]), []),
                            NotifyGroup(
                                .mailboxes([try mailbox("a"), try mailbox("b")]),
                                [.subscriptionChange, .mailboxMetadataChange]),
                            NotifyGroup(.subscribed, [.serverMetadataChange]),
                        ])))
        #expect(
            try parse("NOTIFY SET (personal (Sunrise))")
                == .notify(.set(status: false, [NotifyGroup(.personal, [.other("SUNRISE")])])))
    }

    @Test(
        "what is no command",
        arguments: [
            "NOTIFY", "NOTIFY ALL", "NOTIFY SET", "NOTIFY SET STATUS", "NOTIFY NONE x", "NOTIFY SET (selected)",
            "NOTIFY SET (selected ())", "NOTIFY SET (selected (MessageNew))", "NOTIFY SET (personal (MessageExpunge))",
            "NOTIFY SET (personal (FlagChange))", "NOTIFY SET (personal (AnnotationChange))",
            "NOTIFY SET (selected (MailboxName))", "NOTIFY SET (personal (MessageNew (uid) MessageExpunge))",
            "NOTIFY SET (selected NONE) (selected-delayed NONE)", "NOTIFY SET (everything NONE)",
            "NOTIFY SET (subtree NONE)", "NOTIFY SET (mailboxes () NONE)", "NOTIFY SET (personal NONE",
            "NOTIFY SET selected NONE",
            "NOTIFY SET (selected (MessageNew () MessageExpunge))",
            "NOTIFY SET (selected (MessageNew (uid MessageExpunge)))",
        ])
    func faults(_ text: String) {
        #expect(syntaxError(line("a1 " + text))?.tag == "a1")
    }

    @Test("codes")
    func codes() {
        #expect(
            ResponseEncoderTests.encoded(
                .tagged("a", .no(ResponseText("x", code: .badEvent(["MessageNew", "FlagChange"])))))
                == "a NO [BADEVENT (MessageNew FlagChange)] x\r\n")
        #expect(
            ResponseEncoderTests.encoded(.untagged(.ok(ResponseText("x", code: .notificationOverflow))))
                == "* OK [NOTIFICATIONOVERFLOW] x\r\n")
    }
}

import SMTPSyntax
import Testing

@testable import SMTPServer

@Suite struct ReplyForAllTests {
    private static let delivered = Reply(250, EnhancedStatusCode(2, 0, 0), "Delivered")
    private static let full = Reply(552, EnhancedStatusCode(5, 2, 2), "Mailbox is full")
    private static let gone = Reply(550, EnhancedStatusCode(5, 1, 1), "No such user here")
    private static let away = Reply(451, EnhancedStatusCode(4, 3, 0), "Storage is not available, try again later")

    static let cases: [(replies: [Reply], code: UInt16)] = [
        ([delivered], 250), ([delivered, delivered], 250), ([full], 552), ([full, gone], 552), ([away, away], 451),
        ([delivered, away], 451), ([gone, away, delivered], 451), ([delivered, full], 452), ([full, delivered], 452),
    ]

    /// RFC 5321 section 3.3: 250 for all, or no 250.
    @Test(arguments: cases)
    func saysOneThing(replies: [Reply], code: UInt16) {
        #expect(Reply(forAll: replies).code == code)
    }

    @Test func forgetsAnOverflowOnceItIsTold() {
        let overflows = Overflows()
        overflows.note(4_000, from: .null, to: "erin@example.test", at: 100)
        #expect(overflows.take(from: .null, to: "alice@example.test", at: 100) == nil)
        #expect(overflows.take(from: .null, to: "erin@example.test", at: 200) == 4_000)
        #expect(overflows.take(from: .null, to: "erin@example.test", at: 200) == nil)
        overflows.note(4_000, from: .null, to: "erin@example.test", at: 100)
        #expect(overflows.take(from: .null, to: "erin@example.test", at: 100 + 86_400) == nil)
    }
}

import LightMailCore
import SMTPSyntax
import Testing

@testable import SMTPServer

@Suite struct ErrorRepliesTests {
    @Test(arguments: [
        (StoreError.Kind.notFound, "550 5.1.1"), (.inactive, "550 5.2.1"), (.overQuota, "552 5.2.2"),
        (.limit("size"), "552 5.3.4"), (.invalid("why"), "554 5.6.0"), (.conflict("busy"), "451 4.2.0"),
        (.alreadyExists, "451 4.2.0"), (.unavailable, "451 4.3.0"), (.corrupt, "451 4.3.0"),
        (.internal, "451 4.3.0"),
    ])
    func mapsEachKind(kind: StoreError.Kind, expected: String) {
        let text = String(decoding: ErrorReplies.recipient(StoreError(kind, "detail")).encoded, as: UTF8.self)
        #expect(text.hasPrefix("\(expected) "))
        #expect(!text.contains("detail"))
    }
}

@Suite struct ProfileTests {
    private let profile = Profile.lmtp(SessionLimits(messageSize: 1_000, idleTimeout: .seconds(1)))

    /// A command line that only the extension makes possible.
    private func line(of service: ServiceExtension) -> String? {
        switch service {
        case .size: "MAIL FROM:<a@b> SIZE=1"
        case .eightBitMIME: "MAIL FROM:<a@b> BODY=8BITMIME"
        case .smtpUTF8: "MAIL FROM:<a@b> SMTPUTF8"
        case .chunking: "BDAT 1 LAST"
        case .dsn: "MAIL FROM:<a@b> RET=HDRS"
        case .startTLS: "STARTTLS"
        case .auth: "AUTH PLAIN"
        case .pipelining, .enhancedStatusCodes: nil
        }
    }

    /// What is announced works, and what is not announced does not.
    @Test(arguments: ServiceExtension.allCases)
    func announcesWhatItTakes(service: ServiceExtension) {
        let parser = CommandParser(dialect: profile.dialect, offered: Set(profile.offered))
        guard let line = line(of: service) else {
            #expect(profile.offered.contains(service))
            return
        }
        #expect(((try? parser.parse(line.utf8)) != nil) == profile.offered.contains(service))
        #expect(profile.announcements.contains { $0.hasPrefix(service.rawValue) } == profile.offered.contains(service))
    }

    @Test func announcesTheSizeLimit() {
        #expect(profile.announcements.contains("SIZE 1000"))
    }
}

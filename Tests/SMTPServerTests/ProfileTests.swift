import LightMailDaemon
import Logging
import NIOCore
import SMTPSyntax
import Testing

@testable import SMTPServer

@Suite struct ProfileTests {
    private static let limits = SessionLimits(messageSize: 1_000, idleTimeout: .seconds(1))
    static let profiles = [Profile.lmtp(limits), .inbound(limits), .submission(limits)]

    /// A session of a client on this machine.
    private func session(_ profile: Profile) throws -> Session {
        let store = try TestStore.unreachable()
        let metrics = MetricsRegistry()
        let server = ServerContext(
            profile: profile, hostname: "mx.example.test", store: store, sessions: SessionRegistry(), metrics: metrics,
            logger: Logger(label: "test"),
            authenticator: Authenticator(
                accounts: store.accounts, policy: LoginPolicy(), service: "smtp", metrics: metrics))
        let client = try SocketAddress(ipAddress: "127.0.0.1", port: 1_000)
        return Session(
            server: server,
            connection: ConnectionInfo(sessionID: "test", listener: "test", local: nil, remote: client, isTLS: false))
    }

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
        case .xclient: "XCLIENT ADDR=192.0.2.1"
        case .pipelining, .enhancedStatusCodes: nil
        }
    }

    /// What is announced works, and what is not announced does not.
    @Test(arguments: profiles)
    func announcesWhatItTakes(plain: Profile) throws {
        var profile = plain
        profile.tls = try TestCertificate.make()
        profile.authentication = AuthenticationPolicy(isOffered: true, isRequired: false, requiresTLS: false)
        profile.xclientNetworks = [try #require(Network("127.0.0.0/8"))]
        let session = try session(profile)
        let parser = CommandParser(dialect: profile.dialect, offered: Set(profile.offered))
        for service in ServiceExtension.allCases {
            let isOffered = profile.offered.contains(service)
            #expect(session.announcements.contains { $0.hasPrefix(service.rawValue) } == isOffered)
            if let line = line(of: service) { #expect(((try? parser.parse(line.utf8)) != nil) == isOffered) }
        }
    }

    /// Without a certificate, a need for logins, or trust, the profile's wishes are not enough.
    @Test(arguments: profiles, ["STARTTLS", "AUTH PLAIN", "XCLIENT ADDR=192.0.2.1"])
    func takesNothingThatIsNotSetUp(profile: Profile, line: String) throws {
        var session = try session(profile)
        #expect(!session.announcements.contains { line.hasPrefix($0.prefix(4)) })
        guard case .replies(let replies) = session.execute(line: Array(line.utf8)) else {
            Issue.record("\(line) is taken")
            return
        }
        #expect(replies.map(\.code) == [502])
    }

    @Test func announcesTheSizeLimit() throws {
        #expect(try session(.lmtp(Self.limits)).announcements.contains("SIZE 1000"))
    }
}

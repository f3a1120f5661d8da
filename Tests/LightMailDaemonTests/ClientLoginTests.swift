// What a session sees of its logins where the store does not answer, and where the client does not speak the mechanism.
// With a store, the transcripts of the protocols show it.

import Logging
import SASL
import Testing

@testable import LightMailDaemon

@Suite struct ClientLoginTests {
    private func login(_ daemon: TestDaemon) -> ClientLogin {
        ClientLogin(
            Authenticator(daemon.context, service: "test"),
            connection: ConnectionInfo(sessionID: "s", listener: "test", local: nil, remote: nil, isTLS: false),
            maximumFailures: 3, logger: daemon.context.logger)
    }

    @Test func withoutADatabaseNothingIsSaidOfTheCredentials() async throws {
        let daemon = try TestDaemon()
        var login = login(daemon)
        guard case .unavailable = await login.check(name: "a@example.test", password: Array("secret".utf8)) else {
            Issue.record("the store cannot answer")
            return
        }
        #expect(
            daemon.context.metrics.text().contains(
                "lightmail_logins_total{protocol=\"test\",result=\"unavailable\"} 1\n"))
        #expect(try !daemon.folder.read("log").contains("secret"))
        try await daemon.end()
    }

    @Test func whoActsForAnotherIsRefusedWithoutAskingTheStore() async throws {
        let daemon = try TestDaemon()
        var login = login(daemon)
        for attempt in 1...3 {
            // "b\0a\0x"
            let step = try await login.begin(.plain, initialResponse: Array("YgBhAHg=".utf8))
            guard case .outcome(.refused(let refusal)) = step else {
                Issue.record("\(step)")
                return
            }
            #expect(refusal.reason == .authorization)
            #expect(refusal.endsSession == (attempt == 3))
        }
        try await daemon.end()
    }

    @Test func aBrokenExchangeIsOver() async throws {
        let daemon = try TestDaemon()
        var login = login(daemon)
        guard case .challenge("") = try await login.begin(.plain, initialResponse: nil) else {
            Issue.record("PLAIN asks with an empty challenge")
            return
        }
        #expect(login.longestLine > 0)
        await #expect(throws: ExchangeError.cancelled) { _ = try await login.resume(Array("*".utf8)) }
        #expect(login.longestLine == 0)
        await #expect(throws: ExchangeError.self) { _ = try await login.resume(Array("AGEAYg==".utf8)) }
        try await daemon.end()
    }
}

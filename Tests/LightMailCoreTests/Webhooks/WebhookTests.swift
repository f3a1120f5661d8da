import Logging
import MariaDBClient
import Testing

@testable import LightMailCore

@Suite struct WebhookTests {
    private let origin = DeliveryOrigin(protocol: "lmtp", sender: "a@example.org")

    @Test func aBodyIsJSONWhateverItHolds() {
        var event = WebhookEvent(.messageInfected, origin, recipient: "\"b\\\n\"@example.com").naming(virus: "X/Y")
        event.facts.subject = "caf\u{E9} \u{1F600}"
        event.facts.size = 7
        let text = """
            {"event":"message.infected","protocol":"lmtp","recipient":"\\"b\\\\\\n\\"@example.com",\
            "sender":"a@example.org","size":7,"subject":"caf\u{E9} \u{1F600}","timestamp":"2023-11-14T22:13:20Z",\
            "virus":"X/Y"}
            """
        #expect(String(decoding: event.body(now: 1_700_000_000), as: UTF8.self) == text)
    }

    static let waits: [(attempt: Int, jitter: Double, seconds: Int64)] = [
        (1, 0, 5), (2, 0, 10), (3, 0, 20), (10, 0, 2_560), (11, 0, 3_600), (1_000_000, 0, 3_600),
        (1, 0.999, 3), (2, 0.5, 8), (11, 0.999, 1_802),
    ]

    @Test(arguments: waits)
    func waitsGrowToABound(attempt: Int, jitter: Double, seconds: Int64) {
        let configuration = WebhookConfiguration(
            url: "", token: "", secret: "", timeout: .seconds(1), maximumAttempts: 20)
        #expect(configuration.wait(after: attempt, jitter: jitter) == seconds)
    }

    @Test func whatNobodyWantsIsNotWritten() {
        let logger = Logger(label: "test")
        let database = ConnectionPool(
            configuration: DatabaseConfiguration(user: "", password: "", database: ""), logger: logger)
        let outbox = WebhookOutbox(database: database, wanted: [.quotaExceeded], now: { 0 }, logger: logger)
        #expect(outbox.insert(WebhookEvent(.quotaExceeded, origin, recipient: "b@example.com")) != nil)
        #expect(outbox.insert(WebhookEvent(.messageInfected, origin, recipient: "b@example.com")) == nil)
        #expect(outbox.insert(WebhookEvent(.messageDelivered, origin, recipient: ""), of: 1, in: MailboxID(1)) == nil)
    }
}

package struct WebhookSection: ConfigurationSection {
    package var enabled = false
    package var url = ""
    package var token = Secret()
    package var secret = Secret()
    package var events = ["message.delivered"]
    package var quotaWarnings = ["80", "95"]
    package var timeout: Duration = .milliseconds(2000)
    package var maxAttempts = 20
    package var keepDead: Duration = .seconds(30 * 86_400)

    package init() {}

    package static let name = "webhook"
    package static let purpose = "Events posted to a URL."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .flag("enabled", \.enabled, "Post events."),
            .text("url", \.url, "URL that events are posted to."),
            .secret("token", \.token, "Bearer token that goes with each event."),
            .secret("secret", \.secret, "Signs each event: X-LightMail-Signature is its HMAC-SHA256."),
            .list("events", \.events, "Events to post, separated by commas."),
            .list(
                "quota_warning_percent", \.quotaWarnings,
                "Percentages of a quota at which quota.warning is told, separated by commas."),
            .milliseconds("timeout_ms", \.timeout, in: 1...60000, "Milliseconds the receiver may take."),
            .number("max_attempts", \.maxAttempts, in: 1...1000, "Failed attempts until an event is given up."),
            .seconds(
                "keep_dead_seconds", \.keepDead, in: 0...315_360_000,
                "Seconds an event that was given up is kept for `lightmailctl webhook retry`."),
        ]
    }
}

import LightMailCore

package struct OAuthSection: ConfigurationSection {
    package var introspectionURL = ""
    package var clientID = ""
    package var clientSecret = Secret()
    package var usernameClaim = "username"
    package var scope = ""
    package var openIDConfiguration = ""
    package var requireTLS = true
    package var caFile = ""
    package var timeout: Duration = .milliseconds(5000)
    package var cacheTime: Duration = .seconds(60)

    package init() {}

    package static let name = "oauth"
    package static let purpose = "Logins with tokens that somebody else gives out: OAUTHBEARER and XOAUTH2."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("introspection_url", \.introspectionURL, "Where tokens are checked (RFC 7662); nothing: no tokens."),
            .text("client_id", \.clientID, "Name by which the endpoint knows us."),
            .secret("client_secret", \.clientSecret, "Secret that goes with client_id."),
            .text("username_claim", \.usernameClaim, "Member of the answer that holds the account's address."),
            .text("scope", \.scope, "Scope that a token must have."),
            .text(
                "openid_configuration", \.openIDConfiguration,
                "URL that clients are told where to get a token (RFC 7628)."
            ).reread,
            .flag(
                "require_tls", \.requireTLS,
                "Tokens only over TLS (RFC 7628); false where a proxy ends TLS before us."
            ).reread,
            .path("ca_file", \.caFile, "Authorities to trust for the endpoint in place of the system's (PEM)."),
            .milliseconds("timeout_ms", \.timeout, in: 100...60000, "Milliseconds the endpoint may take."),
            .seconds("cache_seconds", \.cacheTime, in: 0...3600, "Seconds an answer is remembered in memory."),
        ]
    }

    /// Nil when there is no endpoint.
    var introspection: IntrospectionConfiguration? {
        guard !introspectionURL.isEmpty else { return nil }
        var configuration = IntrospectionConfiguration(url: introspectionURL)
        configuration.clientID = clientID
        configuration.clientSecret = clientSecret.reveal()
        configuration.usernameClaim = usernameClaim
        configuration.scope = scope
        configuration.timeout = timeout
        configuration.remembered = cacheTime
        configuration.caFile = caFile.isEmpty ? nil : caFile
        return configuration
    }
}

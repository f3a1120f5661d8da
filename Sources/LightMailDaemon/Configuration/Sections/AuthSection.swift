package struct AuthSection: ConfigurationSection {
    package var verifiers = 2
    package var cacheTime: Duration = .seconds(300)
    package var bcryptCost = 12
    package var scram = true
    package var scramIterations = 65_536
    package var failureDelay: Duration = .milliseconds(2000)
    package var failureThreshold = 10
    package var failureHalfLife: Duration = .seconds(3600)
    package var networkBlock: Duration = .seconds(900)
    package var accountBlock: Duration = .seconds(60)
    package var knownNetworkDays = 30
    package var trustedNetworks: [Network] = []

    package init() {}

    package static let name = "auth"
    package static let purpose = "Passwords, and what wrong ones cost."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .number("verifiers", \.verifiers, in: 1...64, "Passwords verified at once; each takes a thread."),
            .seconds("cache_seconds", \.cacheTime, in: 0...86400, "Seconds a verified login is remembered in memory."),
            .number("bcrypt_cost", \.bcryptCost, in: 10...16, "Cost of new password hashes; each step doubles it."),
            .flag("scram", \.scram, "Offer SCRAM-SHA-256, and keep what it needs beside a password's hash."),
            .number(
                "scram_iterations", \.scramIterations, in: 4096...10_000_000,
                "Iterations of what is kept for SCRAM; clients compute them too."),
            .milliseconds(
                "failure_delay_ms", \.failureDelay, in: 0...30000,
                "Milliseconds that the answer to a failed login waits."
            ).reread,
            .number(
                "failure_threshold", \.failureThreshold, in: 2...1000,
                "Failed logins until a network or an account is blocked, each time for twice as long."
            ).reread,
            .seconds(
                "failure_half_life_seconds", \.failureHalfLife, in: 60...86400,
                "Seconds in which half of the failures are forgotten."
            ).reread,
            .seconds(
                "network_block_seconds", \.networkBlock, in: 0...86400,
                "Longest block of an IPv4 address or an IPv6 /64; 0: none."
            ).reread,
            .seconds(
                "account_block_seconds", \.accountBlock, in: 0...3600,
                "Longest block of an account, for networks that it was not used from lately; 0: none."
            ).reread,
            .number(
                "known_network_days", \.knownNetworkDays, in: 1...3650,
                "Days for which a network is known to an account after a login."
            ).reread,
            .networks(
                "trusted_networks", \.trustedNetworks,
                "Networks never blocked as a whole, such as a webmail's; loopback never is."
            ).reread,
        ]
    }
}

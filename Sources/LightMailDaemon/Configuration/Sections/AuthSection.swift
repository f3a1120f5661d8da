package struct AuthSection: ConfigurationSection {
    package var verifiers = 2
    package var cacheTime: Duration = .seconds(300)
    package var bcryptCost = 12

    package init() {}

    package static let name = "auth"
    package static let purpose = "Passwords."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .number("verifiers", \.verifiers, in: 1...64, "Passwords verified at once; each takes a thread."),
            .seconds("cache_seconds", \.cacheTime, in: 0...86400, "Seconds a verified login is remembered in memory."),
            .number("bcrypt_cost", \.bcryptCost, in: 10...16, "Cost of new password hashes; each step doubles it."),
        ]
    }
}

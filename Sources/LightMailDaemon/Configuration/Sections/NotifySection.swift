package struct NotifySection: ConfigurationSection {
    package var tick: Duration = .milliseconds(250)
    package var binlog = true

    package init() {}

    package static let name = "notify"
    package static let purpose = "How sessions learn of changes that other processes made."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .milliseconds("tick_ms", \.tick, in: 10...60000, "Milliseconds between two looks at the change feed."),
            .flag(
                "binlog", \.binlog,
                "Follow MariaDB's binary log too, where the user may: changes are seen at once, not at the next look."),
        ]
    }
}

package struct GarbageSection: ConfigurationSection {
    package var batchSize = 100
    package var idleTime: Duration = .seconds(60)
    package var pauseTime: Duration = .seconds(5)
    package var retention: Duration = .seconds(604_800)
    package var orphanGrace: Duration = .seconds(86400)

    package init() {}

    package static let name = "garbage"
    package static let purpose = "lightmail-gcd: deleted messages and the objects that nothing refers to any more."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .number("batch_size", \.batchSize, in: 1...1000, "Objects deleted at once."),
            .seconds("idle_seconds", \.idleTime, in: 1...86400, "Seconds to wait when there was nothing to do."),
            .seconds("pause_seconds", \.pauseTime, in: 0...3600, "Seconds to wait between batches."),
            .seconds(
                "retention_seconds", \.retention, in: 0...315_360_000, "Seconds a deleted message can be restored."),
            .seconds(
                "orphan_grace_seconds", \.orphanGrace, in: 60...315_360_000,
                "Seconds an object without a row is left alone; longer than any delivery takes."),
        ]
    }
}

import LightMailCore

extension GarbagePolicy {
    /// What the configuration says of how long things are kept.
    package init(_ configuration: Configuration) {
        let section = configuration.garbage
        self.init(
            batchSize: section.batchSize, retention: section.retention.components.seconds,
            orphanGrace: section.orphanGrace.components.seconds)
        knownNetworkMemory = Int64(configuration.auth.knownNetworkDays) * 86_400
        deadLetterMemory = configuration.webhook.keepDead.components.seconds
    }
}

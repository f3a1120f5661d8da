/// How long what was deleted is kept, and how much the collector takes at once. Times are in seconds.
package struct GarbagePolicy: Sendable {
    /// Rows and objects that one pass takes in a cycle: 1 to 1,000, the most that S3 deletes in one request.
    package var batchSize: Int
    /// For how long deleted messages, mailboxes and accounts can be restored.
    package var retention: Int64
    /// How old an object without a row must be before the sweep takes it. Delivery refuses to commit an object older
    /// than half of it.
    package var orphanGrace: Int64
    /// For how long a delivery is remembered, so that a retry adds nothing.
    package var deliveryMemory: Int64 = 86_400
    /// For how long the answer to a request with an idempotency key is remembered.
    package var requestMemory: Int64 = 86_400
    /// For how long events that were given up are kept for the operator to look at.
    package var deadLetterMemory: Int64 = 30 * 86_400
    /// For how long the change feed can be read back.
    package var changeMemory: Int64 = 3_600
    /// For how long failed logins are remembered: by then nothing of them is left.
    package var loginMemory: Int64 = 86_400
    /// For how long the owner of an account is known in a network.
    package var knownNetworkMemory: Int64 = 30 * 86_400
    /// Records of failed logins that are kept, the latest. Anybody can make them.
    package var maximumLoginRecords: Int64 = 200_000
    /// For how long objects belong to the collector that claimed them. Longer than S3 takes to delete a batch.
    package var lease: Int64 = 600

    package init(batchSize: Int = 100, retention: Int64 = 604_800, orphanGrace: Int64 = 86_400) {
        self.batchSize = min(max(batchSize, 1), 1000)
        self.retention = max(retention, 0)
        self.orphanGrace = max(orphanGrace, 60)
    }
}

import LightMailCore
import LightMailDaemon

/// What the metrics port tells about deliveries.
struct DeliveryMetrics: Sendable {
    let messages: Counter
    let bytes: Counter
    let abandoned: Counter
    let delivered: Counter
    let refused: Counter
    let deferred: Counter
    /// From the end of the message to the commit.
    let commitTime: Histogram

    init(_ registry: MetricsRegistry, buffers: BufferAccount) {
        messages = registry.counter("lightmail_messages_received_total", "Messages received whole.")
        bytes = registry.counter("lightmail_message_bytes_received_total", "Bytes of messages received whole.")
        abandoned = registry.counter(
            "lightmail_messages_abandoned_total", "Messages whose client went away or began anew before their end.")
        let name = "lightmail_deliveries_total"
        let help = "Recipients of messages received whole, by what became of the message."
        delivered = registry.counter(name, help, ["result": "delivered"])
        refused = registry.counter(name, help, ["result": "refused"])
        deferred = registry.counter(name, help, ["result": "deferred"])
        commitTime = registry.histogram(
            "lightmail_delivery_commit_seconds", "From the end of a message to its commit.")
        registry.countOperations(commitTime)
        registry.collect { collection in
            collection.gauge(
                "lightmail_message_buffer_bytes", "Bytes of messages on their way to the store, in memory.",
                Double(buffers.current))
            collection.gauge(
                "lightmail_message_buffer_peak_bytes", "The most lightmail_message_buffer_bytes ever was.",
                Double(buffers.peak))
        }
    }
}

extension [Result<DeliveredMessage, StoreError>] {
    /// Whether somebody got the message: what nobody took has no commit to be timed.
    var holdSuccess: Bool {
        contains { result in
            if case .success = result { true } else { false }
        }
    }
}

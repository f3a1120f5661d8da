import LightMailCore
import S3Client

extension DaemonContext {
    /// Posts the events of the outbox in the background, if the configuration says where to.
    package func postWebhooks() {
        let section = configuration.webhook
        guard section.enabled else { return }
        // An engine of its own: a receiver that is slow takes no connection from S3.
        let engine = TransferEngine(maximumConnections: 16, keptConnections: 4)
        let sender = WebhookSender(
            database: store.database,
            configuration: WebhookConfiguration(
                url: section.url, token: section.token.reveal(), secret: section.secret.reveal(),
                timeout: section.timeout, maximumAttempts: section.maxAttempts),
            engine: engine, logger: logger)
        metrics.collect { collection in
            let statistics = sender.statistics
            for (result, count) in [
                ("sent", statistics.sent), ("failed", statistics.failed), ("dead", statistics.dead),
            ] {
                collection.counter(
                    "lightmail_webhook_attempts_total", "Attempts to post an event, by how they ended.", count,
                    ["result": result])
            }
        }
        runInBackground("webhooks") {
            do {
                try await sender.run()
            } catch {
                await engine.shutdown()
                throw error
            }
        }
    }
}

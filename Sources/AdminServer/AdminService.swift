// The Admin API and its console over HTTP: what all requests of a process share.

import Hummingbird
import LightMailCore
import LightMailDaemon
import Logging
import SMTPClient

/// What every route is given: the store, the configuration, and who may do what.
final class AdminService: Sendable {
    let context: DaemonContext
    /// As the configuration was last read.
    let section: Adjustable<APISection>
    let gatekeeper: Gatekeeper
    let requestRate: RateLimit
    let metrics: AdminMetrics
    let figures: Figures
    let templates: ConsoleTemplates
    let seal: ConsoleSeal
    let smarthost: SMTPClient

    var store: Store { context.store }
    var configuration: Configuration { context.configuration }
    var logger: Logger { context.logger }

    /// - Throws: what is wrong with a template of the console.
    init(context: DaemonContext) throws {
        let section = context.configuration.api
        self.context = context
        self.section = context.adjustable(\.api)
        gatekeeper = Gatekeeper(
            token: section.token, tokens: context.store.tokens,
            failures: RateLimit(section.rateLimitFailures, in: section.rateLimitWindow))
        requestRate = RateLimit(section.rateLimitRequests, in: section.rateLimitWindow)
        metrics = AdminMetrics(context.metrics)
        figures = Figures(context.store.administration, context.store.samples)
        templates = try ConsoleTemplates()
        seal = ConsoleSeal(section.token)
        var smarthost = SmarthostConfiguration(context.configuration)
        // Somebody waits for the answer.
        smarthost.timeouts = SMTPTimeouts(connect: .seconds(10), reply: .seconds(60), total: .seconds(120))
        self.smarthost = SMTPClient(smarthost)
        context.onReload { [gatekeeper, requestRate] configuration in
            let section = configuration.api
            gatekeeper.failures.change(section.rateLimitFailures, in: section.rateLimitWindow)
            requestRate.change(section.rateLimitRequests, in: section.rateLimitWindow)
        }
    }

    /// Seconds for which what was deleted can be restored.
    var retention: Int64 { configuration.garbage.retention.components.seconds }
}

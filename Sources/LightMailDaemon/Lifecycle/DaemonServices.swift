import Logging
import ServiceLifecycle
import UnixSignals

/// What runs while a daemon does: its sessions, its background work, the answer to SIGHUP and the watchdog.
///
/// At SIGTERM or SIGINT the sessions are drained first, with the background work still there for them, and then the
/// background work is cancelled.
struct DaemonServices {
    let context: DaemonContext
    let source: ConfigurationSource
    let sink: LogSink

    /// Returns after a shutdown in good order.
    ///
    /// - Throws: What ended a piece of background work.
    func run() async throws {
        // Before READY: from then on systemd may send SIGHUP, which would end a process that does not expect it.
        let hangUps = await UnixSignalsSequence(trapping: .sighup)
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        func add(_ name: String, _ body: @escaping @Sendable () async throws -> Void) {
            services.append(
                .init(
                    service: NamedService(name: name, body: body), successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: name))
        }
        if let watchdog = Watchdog(group: context.eventLoopGroup) {
            add("watchdog") { try await endingQuietly { try await watchdog.run() } }
        }
        add("reload") { try await endingQuietly { try await reload(at: hangUps) } }
        add("heartbeat") {
            try await endingQuietly {
                var heartbeat = Heartbeat(context)
                try await heartbeat.run()
            }
        }
        for work in context.backgroundWork {
            add(work.name) { try await endingQuietly(work.body) }
        }
        // Services are shut down from the last to the first.
        add("sessions") {
            Supervisor.notify(.ready)
            context.logger.info("ready", metadata: ["version": "\(Release.version)"])
            try? await gracefulShutdown()
            Supervisor.notify(.stopping)
            context.logger.info("draining", metadata: ["sessions": "\(context.sessions.count)"])
            await context.drain()
        }
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quietLogger)
        configuration.logging.keys.errorKey = LogKey.error
        try await ServiceGroup(configuration: configuration).run()
    }

    /// The group's own account of itself is for those who debug it.
    private var quietLogger: Logger {
        var logger = context.logger
        if logger.logLevel > .debug { logger.logLevel = .error }
        return logger
    }

    private func reload(at hangUps: UnixSignalsSequence) async throws {
        for await _ in hangUps {
            Supervisor.notify(.reloading)
            do throws(ConfigurationError) {
                reload(try source.load())
            } catch {
                for problem in error.problems {
                    context.logger.error("the configuration in use stays", metadata: [LogKey.error: "\(problem)"])
                }
            }
            Supervisor.notify(.ready)
        }
        try Task.checkCancellation()
    }

    /// Says what a start would change beyond what is changed now, so that nobody waits for it.
    private func reload(_ configuration: Configuration) {
        do throws(BoundedFileError) {
            try sink.reload(configuration.logging)
        } catch {
            context.logger.error("the log in use stays", metadata: [LogKey.error: "\(error.message)"])
        }
        for error in context.reload(configuration) {
            context.logger.error("what is in use stays", metadata: [LogKey.error: "\(error)"])
        }
        let waiting = configuration.keysForNextStart(of: context.kind, since: context.configuration)
        if !waiting.isEmpty {
            context.logger.warning(
                "changed keys wait for the next start", metadata: ["keys": "\(waiting.joined(separator: ", "))"])
        }
        context.logger.info("reloaded")
    }

    /// Cancels `body` when the daemon shuts down, and takes its cancellation for a good end.
    private func endingQuietly(_ body: @escaping @Sendable () async throws -> Void) async throws {
        do {
            try await cancelWhenGracefulShutdown(body)
        } catch is CancellationError where Task.isShuttingDownGracefully {
            return
        }
    }
}

private struct NamedService: Service, CustomStringConvertible {
    let name: String
    let body: @Sendable () async throws -> Void

    var description: String { name }

    func run() async throws {
        try await body()
    }
}

import FoundationEssentials
import Glibc
import LightMailCore
import Logging
import NIOCore
import NIOPosix

/// The life of a daemon from its command line to its exit status.
package enum Daemon {
    /// Runs a daemon. This is all that its program does.
    ///
    /// - Parameter start: Opens the listeners and names the background work, and returns; the daemon then runs until a
    ///   signal ends it. When it throws, the daemon ends with the status that fits.
    package static func run(
        _ kind: DaemonKind, start: @escaping @Sendable (DaemonContext) async throws -> Void
    ) async -> Never {
        let sockets: ActivatedSockets
        do throws(ListenerError) {
            sockets = try ActivatedSockets.fromEnvironment()
        } catch {
            ExitStatus.systemError.exit("\(error)")
        }
        let command = DaemonCommand.parseOrExit()
        let source = ConfigurationSource(
            path: command.config, environment: ProcessInfo.processInfo.environment, daemon: kind)
        let configuration: Configuration
        do throws(ConfigurationError) {
            configuration = try source.load()
        } catch {
            ExitStatus.configuration.exit("\(error)")
        }
        if command.checkConfig {
            check(configuration)
        }
        let sink: LogSink
        do throws(BoundedFileError) {
            sink = try LogSink(configuration.logging, program: kind.program)
        } catch {
            ExitStatus.cannotCreate.exit("the log: \(error.message)")
        }
        await serve(kind, configuration, source: source, sink: sink, sockets: sockets, start: start).exit()
    }

    /// What is left to check of a configuration whose values are good, and the end of `--check-config`.
    private static func check(_ configuration: Configuration) -> Never {
        for warning in configuration.warnings { StandardError.write("warning: \(warning)") }
        for certificate in configuration.certificates where certificate.isEnabled {
            do throws(TLSError) {
                _ = try TLSProvider(certificate: certificate.certificate, key: certificate.key)
            } catch {
                ExitStatus.configuration.exit("[\(certificate.section)] \(error)")
            }
        }
        print(configuration.summary, terminator: "")
        ExitStatus.success.exit()
    }

    /// Everything between the configuration and the exit status.
    static func serve(
        _ kind: DaemonKind, _ configuration: Configuration, source: ConfigurationSource, sink: LogSink,
        sockets: ActivatedSockets, start: @Sendable (DaemonContext) async throws -> Void
    ) async -> ExitStatus {
        // A client that went away is an error of write(2), not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let logger = sink.logger(kind.program)
        for warning in configuration.warnings {
            logger.warning("configuration", metadata: [LogKey.error: "\(warning)"])
        }
        let metrics = MetricsRegistry()
        let store: Store
        do {
            var parts = try StoreConfiguration(configuration)
            StoreMetrics.observe(&parts, in: metrics)
            store = Store(parts, logger: logger)
        } catch {
            logger.critical("cannot open the store", metadata: [LogKey.error: "\(error)"])
            return ExitStatus(error)
        }
        let threads = configuration.system.threads
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads > 0 ? threads : min(System.coreCount, 16))
        let context = DaemonContext(
            kind: kind, configuration: configuration, logger: logger, eventLoopGroup: group, store: store,
            metrics: metrics, sockets: sockets)
        ProcessMetrics.register(in: context.metrics, kind: kind)
        StoreMetrics.register(in: context)
        context.exportSpans()
        var status = ExitStatus.success
        do {
            try await SchemaCheck.run(on: store, logger: logger)
            try await start(context)
            try await MetricsServer.open(in: context)
            for name in sockets.closeRest() {
                logger.warning("systemd handed over a socket that no listener wants", metadata: ["name": "\(name)"])
            }
            try await DaemonServices(context: context, source: source, sink: sink).run()
        } catch {
            status = ExitStatus(error)
            logger.critical("the daemon ends", metadata: [LogKey.error: "\(error)"])
            await context.drain()
        }
        await store.shutdown()
        do {
            try await group.shutdownGracefully()
        } catch {
            logger.error("the event loops did not end", metadata: [LogKey.error: "\(error)"])
        }
        logger.info("ended", metadata: ["status": "\(status.rawValue)"])
        return status
    }
}

/// Where the configuration comes from, at the start and at each reload.
struct ConfigurationSource: Sendable {
    let path: String
    let environment: [String: String]
    let daemon: DaemonKind

    func load() throws(ConfigurationError) -> Configuration {
        try Configuration.load(path: path, environment: environment, daemon: daemon)
    }
}

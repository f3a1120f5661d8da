import LightMailCore
import LightMailDaemon
import NIOCore
import POP3Syntax

extension POP3Service {
    /// Opens the listeners that the configuration asks for. All that lightmail-pop3d does.
    ///
    /// - Throws: `TLSError`, `ListenerError`.
    package static func start(in context: DaemonContext) async throws {
        let section = context.configuration.pop3
        var tls: TLSProvider?
        if section.enableSSL {
            tls = try context.makeTLS { ($0.pop3.tlsCertificate, $0.pop3.tlsKey) }
        }
        let service = POP3Service(
            store: context.store,
            authenticator: Authenticator(
                context, service: "pop3", maximumSessions: { $0.pop3.maxConnectionsPerUser }),
            hostname: context.configuration.system.hostname, limits: SessionLimits(section), tls: tls,
            requiresTLS: section.tlsOnly, sessions: context.sessions, registry: context.metrics,
            logger: context.logger)
        context.onReload { service.change(SessionLimits($0.pop3)) }
        try await service.listen(in: context)
    }

    private func listen(in context: DaemonContext) async throws {
        let section = context.configuration.pop3
        let limits = context.connectionLimits { ($0.pop3.maxConnections, $0.pop3.maxConnectionsPerAddress) }
        if section.port > 0 { try await context.listen(listener("pop3", section.port, context, limits)) }
        if let tls, section.sslPort > 0 {
            var specification = listener("pop3s", section.sslPort, context, limits)
            specification.tls = tls
            try await context.listen(specification)
        }
    }

    private func listener(
        _ name: String, _ port: Int, _ context: DaemonContext, _ limits: ConnectionLimits
    ) -> ListenerSpecification {
        let section = context.configuration.pop3
        var specification = ListenerSpecification(
            name: name, endpoint: .tcp(host: section.bind, port: port), limits: limits,
            initialize: { channel, connection in self.initialize(channel, connection) })
        if section.proxyProtocol { specification.proxies = context.configuration.proxy.trustedNetworks }
        specification.readBufferSize = section.bufferSize
        specification.refusal = Reply.error("Too many connections", .temporary).encoded
        return specification
    }
}

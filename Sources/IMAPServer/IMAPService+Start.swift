import IMAPSyntax
import LightMailCore
import LightMailDaemon
import NIOCore

extension IMAPService {
    /// Opens the listeners that the configuration asks for. All that lightmail-imapd does.
    ///
    /// - Throws: `TLSError`, `ListenerError`.
    package static func start(in context: DaemonContext) async throws {
        let section = context.configuration.imap
        context.store.start()
        var tls: TLSProvider?
        if section.enableSSL {
            tls = try context.makeTLS { ($0.imap.tlsCertificate, $0.imap.tlsKey) }
        }
        let service = IMAPService(
            store: context.store,
            authenticator: Authenticator(
                context, service: "imap", maximumSessions: { $0.imap.maxConnectionsPerUser }),
            hostname: context.configuration.system.hostname, limits: SessionLimits(section), tls: tls,
            requiresTLS: section.tlsOnly, serverAnnotations: section.serverAnnotations, sessions: context.sessions,
            registry: context.metrics,
            logger: context.logger)
        context.onReload { service.change(SessionLimits($0.imap)) }
        try await service.listen(in: context)
    }

    private func listen(in context: DaemonContext) async throws {
        let section = context.configuration.imap
        let limits = context.connectionLimits { ($0.imap.maxConnections, $0.imap.maxConnectionsPerAddress) }
        if section.port > 0 { try await context.listen(listener("imap", section.port, context, limits)) }
        if let tls, section.sslPort > 0 {
            var specification = listener("imaps", section.sslPort, context, limits)
            specification.tls = tls
            try await context.listen(specification)
        }
    }

    private func listener(
        _ name: String, _ port: Int, _ context: DaemonContext, _ limits: ConnectionLimits
    ) -> ListenerSpecification {
        let section = context.configuration.imap
        var specification = ListenerSpecification(
            name: name, endpoint: .tcp(host: section.bind, port: port), limits: limits,
            initialize: { channel, connection in self.initialize(channel, connection) })
        if section.proxyProtocol { specification.proxies = context.configuration.proxy.trustedNetworks }
        specification.readBufferSize = section.bufferSize
        var encoder = ResponseEncoder()
        encoder.append(.bye(ResponseText("Too many connections", code: .unavailable)))
        specification.refusal = encoder.takeBytes()
        return specification
    }
}

extension IMAPSection {
    /// RFC 5464 3.2.1.1
    fileprivate var serverAnnotations: [Annotation] {
        [("/shared/admin", metadataAdmin), ("/shared/comment", metadataComment)].filter { !$0.1.isEmpty }.map {
            Annotation($0.0, Array($0.1.utf8))
        }
    }
}

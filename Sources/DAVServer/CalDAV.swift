import LightMailCore
import LightMailDaemon
import NIOCore

/// Calendars for the programs of users (RFC 4791).
package enum CalDAV {
    /// Opens the listener, if the configuration asks for it. What lightmail-apid does beside the Admin API.
    ///
    /// - Throws: `TLSError`, `ListenerError`.
    package static func start(in context: DaemonContext) async throws {
        let section = context.configuration.caldav
        guard section.port > 0 else { return }
        let service = DAVService(context)
        var specification = ListenerSpecification(
            name: "caldav", endpoint: .tcp(host: section.bind, port: section.port),
            limits: context.connectionLimits { ($0.caldav.maxConnections, $0.caldav.maxConnectionsPerAddress) },
            initialize: { channel, connection in service.initialize(channel, connection) })
        if section.enableSSL {
            specification.tls = try context.makeTLS { ($0.caldav.tlsCertificate, $0.caldav.tlsKey) }
        }
        if section.proxyProtocol { specification.proxies = context.configuration.proxy.trustedNetworks }
        specification.readBufferSize = 16_384
        try await context.listen(specification)
    }
}

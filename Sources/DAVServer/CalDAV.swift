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
            limits: ConnectionLimits(
                maximum: section.maxConnections, maximumPerAddress: section.maxConnectionsPerAddress),
            initialize: { channel, connection in service.initialize(channel, connection) })
        if section.enableSSL {
            specification.tls = try context.makeTLS(certificate: section.tlsCertificate, key: section.tlsKey)
        }
        if section.proxyProtocol { specification.proxies = context.configuration.proxy.trustedNetworks }
        specification.readBufferSize = 16_384
        try await context.listen(specification)
    }
}

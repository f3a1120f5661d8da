import LightMailCore
import LightMailDaemon
import NIOCore

/// The Admin API and its console.
package enum AdminAPI {
    /// Opens the listener. All that lightmail-apid does.
    ///
    /// - Throws: `TLSError`, `ListenerError`.
    package static func start(in context: DaemonContext) async throws {
        let section = context.configuration.api
        let service = try AdminService(context: context)
        let door = FrontDoor(service, routes: routes(section))
        var specification = ListenerSpecification(
            name: "api", endpoint: .tcp(host: section.bind, port: section.port),
            limits: context.connectionLimits { ($0.api.maxConnections, 0) },
            initialize: { channel, connection in door.initialize(channel, connection) })
        if section.enableSSL {
            specification.tls = try context.makeTLS { ($0.api.tlsCertificate, $0.api.tlsKey) }
        }
        if section.proxyProtocol { specification.proxies = context.configuration.proxy.trustedNetworks }
        specification.readBufferSize = 16_384
        try await context.listen(specification)
    }

    /// Every route that the configuration asks for.
    static func routes(_ section: APISection) -> [Route] {
        section.console ? Route.api + ConsoleRoutes.all : Route.api
    }
}

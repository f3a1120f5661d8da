import LightMailDaemon

/// Mail from the MTA in front: LMTP (RFC 2033) over a UNIX socket, over TCP, or over both.
package enum LMTPService {
    /// Opens the listeners that the configuration asks for. All that lightmail-lmtpd does.
    ///
    /// - Throws: `ListenerError`.
    package static func start(in context: DaemonContext) async throws {
        let section = context.configuration.lmtp
        let system = context.configuration.system
        let server = ServerContext(
            profile: profile(context.configuration),
            hostname: system.hostname, store: context.store, sessions: context.sessions, metrics: context.metrics,
            logger: context.logger)
        context.onReload { server.change(profile($0)) }
        let limits = context.connectionLimits { ($0.lmtp.maxConnections, 0) }
        if !section.socket.isEmpty {
            let endpoint = ListenerSpecification.Endpoint.unix(
                path: section.socket, owner: system.owner, group: system.group)
            try await context.listen(server.listener("lmtp", endpoint, limits))
        }
        if section.port > 0 {
            let endpoint = ListenerSpecification.Endpoint.tcp(host: section.bind, port: section.port)
            try await context.listen(server.listener("lmtp-tcp", endpoint, limits))
        }
    }

    private static func profile(_ configuration: Configuration) -> Profile {
        let section = configuration.lmtp
        return .lmtp(SessionLimits(messageSize: section.maxMessageSize, idleTimeout: section.sessionTimeout))
    }
}

import LightMailDaemon
import NIOCore
import SMTPSyntax

extension Session {
    /// XCLIENT of Postfix: a trusted client says whom it speaks for, and the session begins anew for that one. What the
    /// session's limits count goes on.
    mutating func xclient(_ attributes: ClientAttributes) -> Step {
        guard transaction == nil else { return badSequence("A message is under way already") }
        var remote = connection.remote
        if let address = attributes.address {
            do {
                remote = try SocketAddress(ipAddress: address, port: attributes.port ?? 0)
            } catch {
                return .reply(Reply(501, EnhancedStatusCode(5, 5, 4), "Bad ADDR"))
            }
        }
        forgetClient()
        connection = ConnectionInfo(
            sessionID: connection.sessionID, listener: connection.listener, local: connection.local, remote: remote,
            isTLS: connection.isTLS)
        clientLogin = server.clientLogin(from: connection, logger)
        for (key, value) in connection.metadata { logger[metadataKey: key] = value }
        return .reply(greeting)
    }
}

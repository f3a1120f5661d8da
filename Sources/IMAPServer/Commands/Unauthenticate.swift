import IMAPSyntax
import LightMailDaemon

extension Session {
    /// RFC 8437 3. What follows is a session that has just begun, but for TLS and the count of failed logins: whatever a
    /// session keeps is gone with the old one.
    mutating func unauthenticate(_ ending: inout Ending) throws(CommandFailure) -> Completion {
        guard service.limits.offersUnauthenticate else { throw .bad("UNAUTHENTICATE is not offered") }
        ended()
        if isCompressed { ending.action = .endCompression }
        var fresh = Session(service: service, connection: connection, logger: logger, outlet: outlet)
        fresh.logger[metadataKey: LogKey.account] = nil
        fresh.isSecure = isSecure
        fresh.clientLogin = clientLogin
        fresh.clientLogin.logOut()
        fresh.badCommands = badCommands
        self = fresh
        return .ok(ResponseText("Log in again"))
    }
}

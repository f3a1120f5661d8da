import Hummingbird
import LightMailCore
import LightMailDaemon

/// What this installation is, and whether MySQL and S3 answer.
enum SystemRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/info", .read, info),
            Route(.get, "/admin/status", .read, status),
            Route(.get, "/admin/imap/config", .read, imap),
            Route(.get, "/admin/db/status", .read, database),
            Route(.get, "/admin/s3/status", .read, s3),
        ]
    }

    private struct Info: Encodable {
        let hostname: String
        let version: String
    }

    /// The daemons are those that the configuration gives something to listen on.
    private struct Status: Encodable {
        let dbOk: Bool
        let s3Ok: Bool
        let imapEnabled: Bool
        let lmtpEnabled: Bool
        let pop3Enabled: Bool
        let apiEnabled: Bool
    }

    private struct IMAP: Encodable {
        let bind: String
        let port: Int
        let sslPort: Int
        let enableSsl: Bool
        let maxConnections: Int
    }

    private struct Database: Encodable {
        let ok: Bool
    }

    private struct S3: Encodable {
        let ok: Bool
        let bucket: String
    }

    private static func info(_ request: AdminRequest) throws -> Answer {
        try .json(Info(hostname: request.service.configuration.system.hostname, version: Release.version))
    }

    private static func status(_ request: AdminRequest) async throws -> Answer {
        let parts = await request.service.parts()
        let configuration = request.service.configuration
        let (imap, pop3, lmtp) = (configuration.imap, configuration.pop3, configuration.lmtp)
        return try .json(
            Status(
                dbOk: parts.database, s3Ok: parts.s3,
                imapEnabled: imap.port != 0 || (imap.enableSSL && imap.sslPort != 0),
                lmtpEnabled: !lmtp.socket.isEmpty || lmtp.port != 0,
                pop3Enabled: pop3.port != 0 || (pop3.enableSSL && pop3.sslPort != 0), apiEnabled: true))
    }

    private static func imap(_ request: AdminRequest) throws -> Answer {
        let imap = request.service.configuration.imap
        return try .json(
            IMAP(
                bind: imap.bind, port: imap.port, sslPort: imap.sslPort, enableSsl: imap.enableSSL,
                maxConnections: imap.maxConnections))
    }

    private static func database(_ request: AdminRequest) async throws -> Answer {
        try .json(Database(ok: await request.service.parts().database))
    }

    private static func s3(_ request: AdminRequest) async throws -> Answer {
        try .json(
            S3(ok: await request.service.parts().s3, bucket: request.service.configuration.s3.bucket))
    }
}

extension AdminService {
    /// Asks MySQL and S3 whether they answer. What did not is in the log.
    func parts() async -> (database: Bool, s3: Bool) {
        let failures = await context.readiness.failures()
        for failure in failures {
            logger.warning("not ready", metadata: ["part": "\(failure.part)", LogKey.error: "\(failure.error)"])
        }
        let away = Set(failures.map(\.part))
        return (!away.contains("database"), !away.contains("s3"))
    }
}

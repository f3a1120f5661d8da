import Hummingbird
import LightMailCore
import LightMailDaemon

/// The daemons that run, on whichever hosts, and the sessions that they have.
enum PresenceRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/daemons", .read, daemons),
            Route(.get, "/admin/sessions", .read, sessions),
            Route(.delete, "/admin/sessions/{session_id}", .write, disconnect),
        ]
    }

    private struct Daemon: Encodable {
        let id: String
        let daemon: String
        let host: String
        let pid: UInt32
        let version: String
        let startedAt: Timestamp
        let seenAt: Timestamp
        let alive: Bool
        let connections: Int

        init(_ record: DaemonRecord) {
            id = record.id
            daemon = record.kind
            host = record.host
            pid = record.pid
            version = record.version
            startedAt = Timestamp(record.startedAt)
            seenAt = Timestamp(record.seenAt)
            alive = record.isAlive
            connections = record.connections
        }
    }

    private struct Session: Encodable {
        let id: String
        let account: String
        let daemonId: String
        let daemon: String
        let host: String
        let listener: String
        /// Null over a UNIX socket.
        @Nullable var client: String?
        let beganAt: Timestamp
        let ending: Bool

        init(_ record: SessionRecord) {
            id = record.id
            account = record.username
            daemonId = record.daemon
            daemon = record.kind
            host = record.host
            listener = record.listener
            client = record.client
            beganAt = Timestamp(record.beganAt)
            ending = record.isEnding
        }
    }

    private struct Ending: Encodable {
        let ending = true
        let id: String
    }

    private static func daemons(_ request: AdminRequest) async throws -> Answer {
        let all = request.query("all") ?? "false"
        guard all == "true" || all == "false" else { throw Problem(.badRequest, "all is true or false") }
        return try .json(try await request.store.presence.daemons(all: all == "true").map(Daemon.init))
    }

    private static func sessions(_ request: AdminRequest) async throws -> Answer {
        var filter = SessionFilter()
        if let account = request.query("account") {
            guard let address = try? EmailAddress(account) else { throw Problem(.badRequest, "account is no address") }
            filter.account = address
        }
        if let kind = request.query("daemon") {
            guard let kind = DaemonKind(rawValue: kind) else {
                throw Problem(
                    .badRequest, "daemon is one of \(DaemonKind.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            filter.kind = kind.rawValue
        }
        let paging = try Paging<String>(request, limit: 100, keeping: ["account", "daemon"])
        return try paging.answer(
            try await request.store.presence.sessions(filter, page: paging.page), key: \.id, Session.init)
    }

    /// The session ends at its daemon's next beat.
    private static func disconnect(_ request: AdminRequest) async throws -> Answer {
        let id = try request.word("session_id")
        try await request.store.presence.disconnect(id)
        return try .json(Ending(id: id), status: .accepted)
    }
}

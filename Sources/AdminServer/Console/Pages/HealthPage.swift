import LightMailCore
import LightMailDaemon

/// Whether MySQL and S3 answer, how this installation is set up, and what waits for the collector.
enum HealthPage {
    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let service = console.request.service
        let configuration = service.configuration
        let parts = await service.parts()
        let statistics = console.store.database.statistics
        var values: Values = [
            "checks": [
                check("MySQL", parts.database, configuration.database.database),
                check("S3", parts.s3, configuration.s3.bucket),
            ],
            "daemons": [
                daemon("lightmail-imapd", [configuration.imap.port, configuration.imap.sslPort]),
                daemon("lightmail-pop3d", [configuration.pop3.port, configuration.pop3.sslPort]),
                daemon("lightmail-smtpd", [configuration.smtpServer.port, configuration.smtpServer.submissionPort]),
                [
                    "name": "lightmail-lmtpd",
                    "listens": configuration.lmtp.socket.isEmpty ? "nothing" : configuration.lmtp.socket,
                ],
                daemon("lightmail-apid", [configuration.api.port]),
            ],
            "connections": Figure.count(statistics.open), "waiting": Figure.count(statistics.waiting),
            "roundTrips": Figure.count(statistics.roundTrips), "replays": Figure.count(statistics.replays),
            "lost": Figure.count(statistics.lostConnections),
        ]
        // What needs MySQL is left out while it is away: this page is for that hour.
        if parts.database {
            let now = Timestamp.now.seconds
            values["running"] = try await console.store.presence.daemons(all: true).map { running($0, now) }
            let garbage = try await service.figures.garbage.value()
            values["schema"] = "\(try await Migrator(console.store.database).version()) of \(Migrator.newest)"
            values["garbage"] =
                [
                    "objects": Figure.count(garbage.objects), "bytes": Figure.bytes(garbage.bytes),
                    "messages": Figure.count(garbage.messages), "mailboxes": Figure.count(garbage.mailboxes),
                    "accounts": Figure.count(garbage.accounts),
                    "oldest": garbage.oldestObject.map { Figure.age($0) } ?? "nothing waits",
                ] as Values
        }
        return try console.page("health", title: "Health", section: "/console/health", values)
    }

    private static func running(_ daemon: DaemonRecord, _ now: Int64) -> Values {
        [
            "name": "lightmail-\(daemon.kind)", "host": daemon.host, "pid": "\(daemon.pid)", "version": daemon.version,
            "isAlive": daemon.isAlive, "age": Figure.age(max(now - daemon.startedAt, 0)),
            "silence": Figure.age(max(now - daemon.seenAt, 0)), "connections": Figure.count(daemon.connections),
        ]
    }

    private static func check(_ name: String, _ isWell: Bool, _ what: String) -> Values {
        ["name": name, "isWell": isWell, "what": what]
    }

    private static func daemon(_ name: String, _ ports: [Int]) -> Values {
        let listens = ports.filter { $0 != 0 }.map { "port \($0)" }.joined(separator: ", ")
        return ["name": name, "listens": listens.isEmpty ? "nothing" : listens]
    }
}

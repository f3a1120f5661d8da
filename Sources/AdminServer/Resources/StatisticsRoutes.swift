import Hummingbird
import LightMailCore
import LightMailDaemon

/// Figures of the whole store.
enum StatisticsRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/statistics", .read, statistics),
            Route(.get, "/admin/statistics/history", .read, history),
            Route(.get, "/admin/garbage", .read, garbage),
        ]
    }

    private struct Statistics: Encodable {
        let domains: Int
        let accounts: Int
        let activeAccounts: Int
        let mailboxes: Int
        let messages: Int64
        let bytes: Int64
        let arrivals: [Day]
    }

    private struct Day: Encodable {
        let day: String
        let messages: Int
        let bytes: Int64
    }

    private struct Backlog: Encodable {
        let messages: Int
        let mailboxes: Int
        let accounts: Int
        let objects: Int
        let bytes: Int64
        @Nullable var oldestObjectSeconds: Int64?
        let retentionSeconds: Int64
    }

    private static func statistics(_ request: AdminRequest) async throws -> Answer {
        let days = Int(try request.queryNumber("days", in: 1...UInt64(Figures.mostDays)) ?? 14)
        let totals = try await request.service.figures.totals.value()
        let arrivals = try await request.service.figures.arrivals.value().suffix(days)
        return try .json(
            Statistics(
                domains: totals.domains, accounts: totals.accounts, activeAccounts: totals.activeAccounts,
                mailboxes: totals.mailboxes, messages: totals.messages, bytes: totals.bytes,
                arrivals: arrivals.map {
                    Day(day: Timestamp($0.day).date, messages: $0.messages, bytes: $0.bytes)
                }))
    }

    private struct History: Encodable {
        let stepSeconds: Int64
        let daemons: [Kind]
        let store: [Held]
    }

    private struct Kind: Encodable {
        let kind: String
        let samples: [Done]
    }

    private struct Done: Encodable {
        let at: Timestamp
        let connections: Int
        let operations: UInt64
        @Nullable var meanMicroseconds: UInt64?
        @Nullable var p95Microseconds: UInt64?
    }

    private struct Held: Encodable {
        let at: Timestamp
        let messages: UInt64
        let bytes: UInt64
        let garbageObjects: UInt64
        let garbageBytes: UInt64
    }

    private static func history(_ request: AdminRequest) async throws -> Answer {
        let most = UInt64(Samples.memory / 3_600)
        let hours = try request.queryNumber("hours", in: 1...most) ?? 24
        let since = Timestamp.now.seconds - Int64(hours) * 3_600
        let samples = request.service.context.store.samples
        let daemons = try await samples.daemons(since: since)
        return try .json(
            History(
                stepSeconds: Samples.step,
                daemons: daemons.map { kind in
                    Kind(
                        kind: kind.kind,
                        samples: kind.samples.map { sample in
                            Done(
                                at: Timestamp(sample.takenAt), connections: sample.connections,
                                operations: sample.operations,
                                meanMicroseconds: sample.operations > 0
                                    ? sample.microseconds / sample.operations : nil,
                                p95Microseconds: sample.operations > 0 ? sample.slow : nil)
                        })
                },
                store: try await samples.store(since: since).map { sample in
                    Held(
                        at: Timestamp(sample.takenAt), messages: sample.messages, bytes: sample.bytes,
                        garbageObjects: sample.garbageObjects, garbageBytes: sample.garbageBytes)
                }))
    }

    private static func garbage(_ request: AdminRequest) async throws -> Answer {
        let backlog = try await request.service.figures.garbage.value()
        return try .json(
            Backlog(
                messages: backlog.messages, mailboxes: backlog.mailboxes, accounts: backlog.accounts,
                objects: backlog.objects, bytes: backlog.bytes, oldestObjectSeconds: backlog.oldestObject,
                retentionSeconds: request.service.retention))
    }
}

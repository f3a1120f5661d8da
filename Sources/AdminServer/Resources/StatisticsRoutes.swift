import Hummingbird
import LightMailCore
import LightMailDaemon

/// Figures of the whole store.
enum StatisticsRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/statistics", .read, statistics),
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

    private static func garbage(_ request: AdminRequest) async throws -> Answer {
        let backlog = try await request.service.figures.garbage.value()
        return try .json(
            Backlog(
                messages: backlog.messages, mailboxes: backlog.mailboxes, accounts: backlog.accounts,
                objects: backlog.objects, bytes: backlog.bytes, oldestObjectSeconds: backlog.oldestObject,
                retentionSeconds: request.service.retention))
    }
}

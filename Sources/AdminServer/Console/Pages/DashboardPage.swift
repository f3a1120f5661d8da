import LightMailCore
import LightMailDaemon

/// What the whole store holds, at a glance.
enum DashboardPage {
    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let service = console.request.service
        async let parts = service.parts()
        let totals = try await service.figures.totals.value()
        let garbage = try await service.figures.garbage.value()
        let arrivals = try await service.figures.arrivals.value()
        let (daemons, samples) = try await service.figures.lastDay.value()
        let series = DashboardSeries(daemons: daemons, store: samples, now: Timestamp.now.seconds)
        let domains = try await console.store.administration.domains()
        let (database, s3) = await parts
        let today = arrivals.last
        return try console.page(
            "dashboard", title: "Overview", section: "/console",
            [
                "database": database, "s3": s3, "isWell": database && s3,
                "accounts": Figure.count(totals.accounts),
                "inactive": Figure.count(totals.accounts - totals.activeAccounts),
                "domains": Figure.count(totals.domains, "domain"),
                "mailboxes": Figure.count(totals.mailboxes, "mailbox"),
                "messages": Figure.count(totals.messages), "bytes": Figure.bytes(totals.bytes),
                "today": Figure.count(today?.messages ?? 0), "todayBytes": Figure.bytes(today?.bytes ?? 0),
                "plot": plot(arrivals), "days": arrivals.reversed().map(day),
                "garbageObjects": Figure.count(garbage.objects, "object"), "garbageBytes": Figure.bytes(garbage.bytes),
                "garbageMessages": Figure.count(garbage.messages),
                "garbageAge": garbage.oldestObject.map { "waiting for \(Figure.age($0))" } ?? "nothing waits",
                "largest": largest(domains, of: totals), "series": series.cards,
            ])
    }

    private static func plot(_ arrivals: [DayCount]) -> String {
        let bars = arrivals.enumerated().map { index, count in
            let date = Timestamp(count.day).date
            return BarPlot.Bar(
                label: (arrivals.count - 1 - index) % 5 == 0 ? String(date.suffix(5)) : "",
                title: "\(date): \(Figure.count(count.messages, "message")), \(Figure.bytes(count.bytes))",
                value: Double(count.messages))
        }
        let highest = arrivals.map(\.messages).max() ?? 0
        return BarPlot(bars: bars, top: Figure.count(max(highest, 1), "message")).svg
    }

    private static func day(_ count: DayCount) -> Values {
        [
            "day": Timestamp(count.day).date, "messages": Figure.count(count.messages),
            "bytes": Figure.bytes(count.bytes),
        ]
    }

    /// The domains that hold most, with their part of the whole.
    private static func largest(_ domains: [DomainRecord], of totals: StoreTotals) -> [Values] {
        domains.sorted { $0.usedBytes > $1.usedBytes }.prefix(6).map { domain in
            [
                "id": "\(domain.id)", "name": domain.name.description, "bytes": Figure.bytes(domain.usedBytes),
                "accounts": Figure.count(domain.accounts, "account"),
                "percent": "\(Figure.percent(domain.usedBytes, of: UInt64(clamping: totals.bytes)) ?? 0)",
            ]
        }
    }
}

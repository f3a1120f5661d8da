import LightMailCore

/// The accounts, a page at a time, of all domains or of one.
enum AccountsPage {
    private static let path = "/console/accounts"
    private static let rows = 50

    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let administration = console.store.administration
        let chosen = try console.request.queryNumber("domain_id")
        let after = console.request.query("after")
        let accounts = try await administration.accounts(
            domain: chosen, page: Page(limit: rows + 1, after: after))
        let domains = try await administration.domains()
        var values: Values = [
            "accounts": accounts.prefix(rows).map(row),
            "domains": domains.map { domain in
                [
                    "id": "\(domain.id)", "name": domain.name.description, "isChosen": domain.id == chosen,
                ] as Values
            }, "isFirst": after == nil,
        ]
        if accounts.count > rows, let last = accounts.prefix(rows).last {
            values["next"] =
                "\(path)?after=\(last.username.percentEncoded)" + (chosen.map { "&domain_id=\($0)" } ?? "")
        }
        values["domain"] = domains.first { $0.id == chosen }?.name.description
        return try console.page("accounts", title: "Accounts", section: path, values)
    }

    static func add(_ console: ConsoleRequest) async throws -> Answer {
        let form = console.form
        let account = try await console.store.accounts.add(
            try EmailAddress(try form.text("username")), password: Array(try form.text("password").utf8),
            quotaBytes: try form.limit("quota", unit: 1_000_000))
        return console.done("added", at: "\(path)/\(account.id)")
    }

    private static func row(_ account: Account) -> Values {
        var values: Values = [
            "id": "\(account.id)", "username": account.username, "isActive": account.isActive,
            "bytes": Figure.bytes(account.usedBytes), "messages": Figure.count(account.usedMessages),
        ]
        values["quota"] = account.quotaBytes.map { Figure.bytes($0) }
        values["percent"] = Figure.percent(account.usedBytes, of: account.quotaBytes).map { "\($0)" }
        return values
    }
}

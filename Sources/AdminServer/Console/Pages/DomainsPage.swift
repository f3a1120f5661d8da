import LightMailCore
import LightMailDaemon

/// The domains whose mail is kept here.
enum DomainsPage {
    private static let path = "/console/domains"

    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let domains = try await console.store.administration.domains()
        return try console.page(
            "domains", title: "Domains", section: path,
            [
                "domains": domains.map { domain in
                    [
                        "quota": domain.quotaBytes.map { Figure.bytes($0) } ?? "none",
                        "quotaMegabytes": domain.quotaBytes.map { "\($0 / 1_000_000)" } ?? "",
                        "id": "\(domain.id)", "name": domain.name.description, "isActive": domain.isActive,
                        "accounts": Figure.count(domain.accounts), "bytes": Figure.bytes(domain.usedBytes),
                        "messages": Figure.count(domain.usedMessages), "created": Timestamp(domain.createdAt).date,
                    ] as Values
                }
            ])
    }

    static func add(_ console: ConsoleRequest) async throws -> Answer {
        try await console.store.accounts.addDomain(try DomainName(try console.form.text("name")))
        return console.done("added", at: path)
    }

    static func change(_ console: ConsoleRequest) async throws -> Answer {
        let administration = console.store.administration
        let domain = try await administration.domain(try console.request.number("domain_id"))
        switch console.form["action"] {
        case "stop", "start":
            try await administration.setActive(domain: domain.id, console.form["action"] == "start")
            return console.done("changed", at: path)
        case "quota":
            let bytes = try console.form.limit("quota", unit: 1_000_000)
            try await console.store.quotas.change(
                .domain(domain.name), QuotaChange(bytes: bytes.map { .at($0) } ?? QuotaChange.Limit.none))
            return console.done("changed", at: path)
        case "remove":
            try await console.store.accounts.removeDomain(domain.name)
            return console.done("removed", at: path)
        default:
            throw Problem(.badRequest, "there is no such action")
        }
    }
}

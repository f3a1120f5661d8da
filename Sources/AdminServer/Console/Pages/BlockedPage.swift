import LightMailCore

/// What is blocked after failed logins, and what is on its way there.
enum BlockedPage {
    private static let path = "/console/blocked"

    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let blocks = try await console.store.accounts.loginBlocks(all: true)
        return try console.page(
            "blocked", title: "Blocked", section: path,
            [
                "hasBlocks": !blocks.isEmpty,
                "blocks": blocks.map { block in
                    [
                        "account": block.account ?? "every account",
                        "network": block.network ?? "every unknown network",
                        "subject": block.account ?? block.network ?? "", "failures": Figure.count(block.failures),
                        "isBlocked": block.seconds > 0, "left": Figure.age(Int64(block.seconds)),
                    ] as Values
                },
            ])
    }

    static func unblock(_ console: ConsoleRequest) async throws -> Answer {
        _ = try await console.store.unblock(try console.form.text("subject"))
        return console.done("changed", at: path)
    }
}

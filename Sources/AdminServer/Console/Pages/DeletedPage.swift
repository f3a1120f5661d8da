import LightMailCore
import LightMailDaemon

/// Accounts that were removed and can be restored. Deleted mailboxes and messages are with their owners.
enum DeletedPage {
    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let records = try await console.store.administration.removedAccounts()
        let retention = console.request.service.retention
        return try console.page(
            "deleted", title: "Deleted", section: "/console/deleted",
            [
                "retention": Figure.age(retention), "hasAccounts": !records.isEmpty,
                "accounts": records.map { record in
                    let left = (record.deletedAt ?? 0) + retention - Timestamp.now.seconds
                    return [
                        "id": "\(record.account.id)", "username": record.account.username,
                        "messages": Figure.count(record.account.usedMessages),
                        "bytes": Figure.bytes(record.account.usedBytes),
                        "deleted": Figure.time(record.deletedAt ?? 0), "left": Figure.age(left), "mayCome": left > 0,
                    ] as Values
                },
            ])
    }
}

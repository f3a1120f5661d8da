import LightMailCore
import LightMailDaemon

/// One account: its use, its mailboxes, and what can be done to it.
enum AccountPage {
    private static let section = "/console/accounts"

    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let record = try await console.request.account()
        let account = record.account
        let mailboxes = try await console.store.mailboxes.list(account.id)
        let removed = try await console.store.administration.removedMailboxes(of: account.id)
        let aliases = try await console.store.administration.aliases(account: account.id)
        var values: Values = [
            "id": "\(account.id)", "username": account.username, "isActive": account.isActive,
            "bytes": Figure.bytes(account.usedBytes), "messages": Figure.count(account.usedMessages),
            "created": Timestamp(record.createdAt).date, "mailboxes": mailboxes.map(row),
            "aliases": aliases.map { ["address": $0.address] }, "hasAliases": !aliases.isEmpty,
            "hasRemoved": !removed.isEmpty,
            "removed": removed.map { item in
                [
                    "id": "\(item.mailbox.id)", "name": item.mailbox.name.description,
                    "messages": Figure.count(item.mailbox.messages), "deleted": Figure.time(item.deletedAt),
                ] as Values
            },
        ]
        values["quota"] = account.quotaBytes.map { Figure.bytes($0) }
        values["quotaMessages"] = account.quotaMessages.map { Figure.count($0) }
        values["quotaMegabytes"] = account.quotaBytes.map { "\($0 / 1_000_000)" }
        values["quotaMessagesNumber"] = account.quotaMessages.map { "\($0)" }
        values["percent"] = Figure.percent(account.usedBytes, of: account.quotaBytes).map { "\($0)" }
        return try console.page("account", title: account.username, section: section, values)
    }

    static func change(_ console: ConsoleRequest) async throws -> Answer {
        let id = AccountID(try console.request.number("account_id"))
        let path = "\(section)/\(id)"
        if console.form["action"] == "restore" {
            _ = try await console.store.administration.restoreAccount(
                id, retention: console.request.service.retention)
            return console.done("restored", at: path)
        }
        let address = try EmailAddress(try await console.request.account().account.username)
        let accounts = console.store.accounts
        switch console.form["action"] {
        case "password":
            try await accounts.setPassword(address, password: Array(try console.form.text("password").utf8))
            return console.done("password", at: path)
        case "quota":
            let bytes = try console.form.limit("quota", unit: 1_000_000)
            let messages = try console.form.limit("messages")
            try await console.store.quotas.change(
                .account(address),
                QuotaChange(
                    bytes: bytes.map { .at($0) } ?? QuotaChange.Limit.none,
                    messages: messages.map { .at($0) } ?? QuotaChange.Limit.none))
            return console.done("changed", at: path)
        case "stop", "start":
            try await accounts.setActive(address, console.form["action"] == "start")
            return console.done("changed", at: path)
        case "mailbox":
            try await console.store.mailboxes.create(id, try MailboxPath(try console.form.text("name")))
            return console.done("added", at: path)
        case "remove":
            try await accounts.remove(address)
            return console.done("removed", at: section)
        default:
            throw Problem(.badRequest, "there is no such action")
        }
    }

    private static func row(_ mailbox: Mailbox) -> Values {
        [
            "id": "\(mailbox.id)", "name": mailbox.name.description, "messages": Figure.count(mailbox.messages),
            "unseen": Figure.count(mailbox.unseen), "bytes": Figure.bytes(mailbox.bytes),
            "use": mailbox.specialUse.attributes.map { String($0.dropFirst()) }.joined(separator: ", "),
        ]
    }
}

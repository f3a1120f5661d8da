import LightMailCore

/// One mailbox: its messages, the newest first, and those that were expunged.
enum MailboxPage {
    private static let rows = 50

    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let mailbox = try await console.request.mailbox()
        let administration = console.store.administration
        let owner = try await administration.account(mailbox.account).account
        let isDeleted = console.request.query("show") == "deleted"
        let after = try console.request.queryNumber("before", in: 1...UInt64(UInt32.max)).map { UInt32($0) }
        let messages = try await administration.messages(
            in: mailbox, page: Page(limit: rows + 1, after: after), newestFirst: true, deleted: isDeleted)
        let path = "/console/mailboxes/\(mailbox.id)"
        var values: Values = [
            "id": "\(mailbox.id)", "name": mailbox.name.description, "account": "\(owner.id)",
            "username": owner.username, "total": Figure.count(mailbox.messages, "message"),
            "unseen": Figure.count(mailbox.unseen), "bytes": Figure.bytes(mailbox.bytes),
            "isInbox": mailbox.name.isInbox, "isDeleted": isDeleted, "messages": messages.prefix(rows).map(row),
        ]
        if messages.count > rows, let last = messages.prefix(rows).last {
            values["next"] = "\(path)?before=\(last.record.uid)" + (isDeleted ? "&show=deleted" : "")
        }
        return try console.page("mailbox", title: mailbox.name.description, section: "/console/accounts", values)
    }

    static func change(_ console: ConsoleRequest) async throws -> Answer {
        let administration = console.store.administration
        if console.form["action"] == "restore" {
            let name = try console.form["name"].flatMap { $0.isEmpty ? nil : try MailboxPath($0) }
            let mailbox = try await administration.restoreMailbox(
                MailboxID(try console.request.number("mailbox_id")), as: name,
                retention: console.request.service.retention)
            return console.done("restored", at: "/console/mailboxes/\(mailbox.id)")
        }
        let mailbox = try await console.request.mailbox()
        let mailboxes = console.store.mailboxes
        switch console.form["action"] {
        case "rename" where !mailbox.name.isInbox:
            try await mailboxes.rename(
                mailbox.account, from: mailbox.name, to: try MailboxPath(try console.form.text("name")))
            return console.done("changed", at: "/console/mailboxes/\(mailbox.id)")
        case "remove":
            try await mailboxes.delete(mailbox.account, mailbox.name)
            return console.done("removed", at: "/console/accounts/\(mailbox.account)")
        default:
            throw Problem(.badRequest, "there is no such action")
        }
    }

    private static func row(_ message: MessageSummary) -> Values {
        let record = message.record
        var values: Values = [
            "id": "\(record.id)", "sender": message.envelope.senderName,
            "subject": message.envelope.subjectText.isEmpty ? "(no subject)" : message.envelope.subjectText,
            "size": Figure.bytes(record.size), "date": Figure.time(record.internalDate),
            "isUnseen": !record.flags.contains(.seen), "isFlagged": record.flags.contains(.flagged),
        ]
        values["deleted"] = record.deletedAt.map { Figure.time($0) }
        return values
    }
}

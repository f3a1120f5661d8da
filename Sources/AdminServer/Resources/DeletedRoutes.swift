import Hummingbird
import LightMailCore
import LightMailDaemon

/// What was deleted and can still be restored.
enum DeletedRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/deleted/accounts", .read, accounts),
            Route(.get, "/admin/accounts/{account_id}/deleted/mailboxes", .read, mailboxes),
            Route(.get, "/admin/mailboxes/{mailbox_id}/deleted/messages", .read, messages),
        ]
    }

    private struct AccountItem: Encodable {
        let id: UInt64
        let username: String
        let usedBytes: Int
        let usedMessages: Int
        @Nullable var deletedAt: Timestamp?

        init(_ record: AccountRecord) {
            id = record.account.id.rawValue
            username = record.account.username
            usedBytes = record.account.usedBytes
            usedMessages = record.account.usedMessages
            deletedAt = record.deletedAt.map { Timestamp($0) }
        }
    }

    private struct MailboxItem: Encodable {
        let id: UInt64
        let name: String
        let messages: Int
        let bytes: Int
        let deletedAt: Timestamp

        init(_ removed: RemovedMailbox) {
            id = removed.mailbox.id.rawValue
            name = removed.mailbox.name.description
            messages = removed.mailbox.messages
            bytes = removed.mailbox.bytes
            deletedAt = Timestamp(removed.deletedAt)
        }
    }

    private struct MessageItem: Encodable {
        let id: UInt64
        let subject: String
        let sender: String
        let size: UInt64
        let uid: UInt32
        @Nullable var deletedAt: Timestamp?

        init(_ message: MessageSummary) {
            id = message.record.id
            subject = message.envelope.subjectText
            sender = message.envelope.senderAddress
            size = message.record.size
            uid = message.record.uid
            deletedAt = message.record.deletedAt.map { Timestamp($0) }
        }
    }

    private static func accounts(_ request: AdminRequest) async throws -> Answer {
        try .json(try await request.store.administration.removedAccounts().map(AccountItem.init))
    }

    private static func mailboxes(_ request: AdminRequest) async throws -> Answer {
        let account = try await request.account().account
        return try .json(
            try await request.store.administration.removedMailboxes(of: account.id).map(MailboxItem.init))
    }

    private static func messages(_ request: AdminRequest) async throws -> Answer {
        let paging = try Paging<UInt32>(request, limit: 50)
        let messages = try await request.store.administration.messages(
            in: try await request.mailbox(), page: paging.page, deleted: true)
        return try paging.answer(messages, key: \.record.uid, MessageItem.init)
    }
}

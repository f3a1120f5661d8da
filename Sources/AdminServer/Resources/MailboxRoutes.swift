import Hummingbird
import LightMailCore

/// Mailboxes of an account: list, make, rename, subscribe, delete, restore.
enum MailboxRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/accounts/{account_id}/mailboxes", .read, list),
            Route(.post, "/admin/accounts/{account_id}/mailboxes", .write, create),
            Route(.get, "/admin/mailboxes/{mailbox_id}", .read, show),
            Route(.patch, "/admin/mailboxes/{mailbox_id}", .write, change),
            Route(.delete, "/admin/mailboxes/{mailbox_id}", .write, remove),
            Route(.post, "/admin/mailboxes/{mailbox_id}/restore", .write, restore),
        ]
    }

    private struct Item: Encodable {
        let id: UInt64
        let name: String
        let flags: [String]

        init(_ mailbox: Mailbox) {
            id = mailbox.id.rawValue
            name = mailbox.name.description
            flags = mailbox.specialUse.attributes
        }
    }

    private struct Created: Encodable {
        let id: UInt64
        let name: String
    }

    private struct Details: Encodable {
        let id: UInt64
        let accountId: UInt64
        let name: String
        let flags: [String]
        let isSubscribed: Bool
        let messages: Int
        let unseen: Int
        let bytes: Int
        let uidValidity: UInt32
        let uidNext: UInt32
        let highestModseq: UInt64

        init(_ mailbox: Mailbox, isSubscribed: Bool) {
            id = mailbox.id.rawValue
            accountId = mailbox.account.rawValue
            name = mailbox.name.description
            flags = mailbox.specialUse.attributes
            self.isSubscribed = isSubscribed
            messages = mailbox.messages
            unseen = mailbox.unseen
            bytes = mailbox.bytes
            uidValidity = mailbox.uidValidity
            uidNext = mailbox.uidNext
            highestModseq = mailbox.highestModSeq
        }
    }

    private struct NewMailbox: Decodable {
        let name: String
        let flags: [String]?
    }

    private struct Change: Decodable {
        let name: String?
        let isSubscribed: Bool?
    }

    private struct Restoration: Decodable {
        let name: String?
    }

    private static func list(_ request: AdminRequest) async throws -> Answer {
        let account = try await request.account().account
        return try .json(try await request.store.mailboxes.list(account.id).map(Item.init))
    }

    private static func create(_ request: AdminRequest) async throws -> Answer {
        let wanted: NewMailbox = try request.decode()
        let account = try await request.account().account
        let mailbox = try await request.store.mailboxes.create(
            account.id, try MailboxPath(wanted.name), specialUse: try SpecialUse(attributes: wanted.flags ?? []))
        return try .json(
            Created(id: mailbox.id.rawValue, name: mailbox.name.description), status: .created,
            location: "/admin/mailboxes/\(mailbox.id)")
    }

    private static func show(_ request: AdminRequest) async throws -> Answer {
        try await details(of: try await request.mailbox(), request)
    }

    private static func change(_ request: AdminRequest) async throws -> Answer {
        let wanted: Change = try request.decode()
        var mailbox = try await request.mailbox()
        let mailboxes = request.store.mailboxes
        if let name = wanted.name {
            let path = try MailboxPath(name)
            guard !mailbox.name.isInbox else { throw Problem(.unprocessableContent, "INBOX cannot be renamed") }
            if path != mailbox.name {
                try await mailboxes.rename(mailbox.account, from: mailbox.name, to: path)
                mailbox = try await request.mailbox()
            }
        }
        if let isSubscribed = wanted.isSubscribed {
            if isSubscribed {
                try await mailboxes.subscribe(mailbox.account, mailbox.name)
            } else {
                try await mailboxes.unsubscribe(mailbox.account, mailbox.name)
            }
        }
        return try await details(of: mailbox, request)
    }

    private static func remove(_ request: AdminRequest) async throws -> Answer {
        let mailbox = try await request.mailbox()
        try await request.store.mailboxes.delete(mailbox.account, mailbox.name)
        return try .json(Deleted(id: mailbox.id.rawValue))
    }

    private static func restore(_ request: AdminRequest) async throws -> Answer {
        let wanted = try request.decode(orEmpty: Restoration(name: nil))
        let name = try wanted.name.map { try MailboxPath($0) }
        let mailbox = try await request.store.administration.restoreMailbox(
            MailboxID(try request.number("mailbox_id")), as: name, retention: request.service.retention)
        return try await details(of: mailbox, request)
    }

    private static func details(of mailbox: Mailbox, _ request: AdminRequest) async throws -> Answer {
        let subscriptions = try await request.store.mailboxes.subscriptions(mailbox.account)
        return try .json(Details(mailbox, isSubscribed: subscriptions.contains(mailbox.name)))
    }
}

extension AdminRequest {
    /// The living mailbox that the path names.
    func mailbox() async throws -> Mailbox {
        try await store.administration.mailbox(MailboxID(try number("mailbox_id")))
    }
}

extension SpecialUse {
    /// RFC 6154 2, RFC 8457 3
    private static let names: [(attribute: String, use: SpecialUse)] = [
        ("\\All", .all), ("\\Archive", .archive), ("\\Drafts", .drafts), ("\\Flagged", .flagged), ("\\Junk", .junk),
        ("\\Sent", .sent), ("\\Trash", .trash), ("\\Important", .important),
    ]

    var attributes: [String] {
        Self.names.filter { contains($0.use) }.map(\.attribute)
    }

    /// - Throws: `Problem` 422 for one that there is not.
    init(attributes: [String]) throws {
        self = []
        for attribute in attributes {
            guard let use = Self.names.first(where: { $0.attribute.lowercased() == attribute.lowercased() })?.use
            else {
                let known = Self.names.map(\.attribute).joined(separator: ", ")
                throw Problem(.unprocessableContent, "flags of a mailbox are \(known)")
            }
            insert(use)
        }
    }
}

import Hummingbird
import LightMailCore
import LightMailDaemon
import MailFormat

/// Messages: list, look at, copy, move, delete, restore.
enum MessageRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/mailboxes/{mailbox_id}/messages", .read, list),
            Route(.get, "/admin/messages/{message_id}", .read, show),
            Route(.get, "/admin/messages/{message_id}/headers", .read, headers),
            Route(.get, "/admin/messages/{message_id}/source", .read, source),
            Route(.delete, "/admin/messages/{message_id}", .write, remove),
            Route(.post, "/admin/messages/{message_id}/copy", .write, copy),
            Route(.post, "/admin/messages/{message_id}/move", .write, move),
            Route(.post, "/admin/messages/{message_id}/restore", .write, restore),
        ]
    }

    private struct Item: Encodable {
        let id: UInt64
        let subject: String
        let sender: String
        let size: UInt64
        let uid: UInt32

        init(_ message: MessageSummary) {
            id = message.record.id
            subject = message.envelope.subjectText
            sender = message.envelope.senderAddress
            size = message.record.size
            uid = message.record.uid
        }
    }

    private struct Details: Encodable {
        let id: UInt64
        let accountId: UInt64
        let mailboxId: UInt64
        let uid: UInt32
        let subject: String
        let sender: String
        let recipients: [String]
        let flags: [String]
        let size: UInt64
        let internalDate: Timestamp
        @Nullable var deletedAt: Timestamp?

        init(_ record: MessageRecord, _ envelope: Envelope) {
            id = record.id
            accountId = record.account.rawValue
            mailboxId = record.mailbox.rawValue
            uid = record.uid
            subject = envelope.subjectText
            sender = envelope.senderAddress
            recipients = (envelope.to + envelope.cc).compactMap(\.addressText)
            flags = record.flags.names
            size = record.size
            internalDate = Timestamp(record.internalDate)
            deletedAt = record.deletedAt.map { Timestamp($0) }
        }
    }

    private struct Field: Encodable {
        let name: String
        let value: String
    }

    private struct Destination: Decodable {
        let destMailboxId: UInt64
    }

    private struct Copied: Encodable {
        let copied = true
        let newId: UInt64
    }

    private struct Moved: Encodable {
        let moved = true
        let newId: UInt64
    }

    private struct Restored: Encodable {
        let restored = true
        let id: UInt64
        let uid: UInt32
    }

    private static func list(_ request: AdminRequest) async throws -> Answer {
        let paging = try Paging<UInt32>(request, limit: 50, keeping: ["order"])
        let order = request.query("order") ?? "asc"
        guard order == "asc" || order == "desc" else { throw Problem(.badRequest, "order is asc or desc") }
        let messages = try await request.store.administration.messages(
            in: try await request.mailbox(), page: paging.page, newestFirst: order == "desc")
        return try paging.answer(messages, key: \.record.uid, Item.init)
    }

    private static func show(_ request: AdminRequest) async throws -> Answer {
        let record = try await request.message()
        let details = try await request.store.details(of: record, .envelope)
        return try .json(Details(record, details.envelope ?? Envelope()))
    }

    private static func headers(_ request: AdminRequest) async throws -> Answer {
        let details = try await request.store.details(of: try await request.message(), .header)
        return try .json(
            try await request.store.fields(of: details).map { Field(name: $0.name, value: $0.value) })
    }

    private static func source(_ request: AdminRequest) async throws -> Answer {
        try await request.source(of: try await request.message())
    }

    private static func remove(_ request: AdminRequest) async throws -> Answer {
        let record = try await request.livingMessage()
        try await request.store.messages.remove(
            account: record.account, mailbox: record.mailbox, uids: UIDSet(record.uid...record.uid))
        return try .json(Deleted(id: record.id))
    }

    private static func copy(_ request: AdminRequest) async throws -> Answer {
        try .json(
            Copied(newId: try await transfer(request) { try await $0.copy(account: $1, from: $2, uids: $3, to: $4) }))
    }

    private static func move(_ request: AdminRequest) async throws -> Answer {
        try .json(
            Moved(newId: try await transfer(request) { try await $0.move(account: $1, from: $2, uids: $3, to: $4) }))
    }

    private static func restore(_ request: AdminRequest) async throws -> Answer {
        let record = try await request.message()
        let uid = try await request.store.administration.restoreMessage(record)
        return try .json(Restored(id: record.id, uid: uid))
    }

    private typealias Transfer = (Messages, AccountID, MailboxID, UIDSet, MailboxID) async throws -> CopyOutcome

    /// - Returns: the number of the message that was made.
    private static func transfer(_ request: AdminRequest, _ body: Transfer) async throws -> UInt64 {
        let wanted: Destination = try request.decode()
        let record = try await request.livingMessage()
        let administration = request.store.administration
        let destination = try await administration.mailbox(MailboxID(wanted.destMailboxId))
        guard destination.account == record.account else {
            throw Problem(.unprocessableContent, "the destination belongs to another account")
        }
        let outcome = try await body(
            request.store.messages, record.account, record.mailbox, UIDSet(record.uid...record.uid), destination.id)
        guard let uid = outcome.destination.first else { throw StoreError(.notFound, "message \(record.id)") }
        return try await administration.messageID(in: destination, uid: uid)
    }
}

extension AdminRequest {
    /// The message that the path names, living or expunged.
    func message() async throws -> MessageRecord {
        try await store.administration.message(try number("message_id"))
    }

    /// The living message that the path names.
    func livingMessage() async throws -> MessageRecord {
        let record = try await message()
        guard record.deletedAt == nil else { throw StoreError(.notFound, "message \(record.id)") }
        return record
    }

    /// The bytes of a message. The first piece is had before anything is answered, so that an S3 that is away is said.
    func source(of record: MessageRecord) async throws -> Answer {
        let content = store.messages.content(of: try await store.details(of: record, []))
        var iterator = content.makeAsyncIterator()
        let first = try await iterator.next() ?? []
        let rest = MessageRest(first: first, rest: iterator)
        var answer = Answer(
            content: .stream(
                ResponseBody(contentLength: Int(clamping: content.length)) { writer in
                    try await rest.write(to: &writer)
                    try await writer.finish(nil)
                }))
        answer.headers[.contentType] = "message/rfc822"
        answer.headers[.contentDisposition] = "attachment; filename=\"message-\(record.id).eml\""
        return answer
    }
}

/// What is left of a message's bytes, taken once.
private actor MessageRest {
    private var first: [UInt8]
    private var rest: MessageContent.Iterator

    init(first: [UInt8], rest: sending MessageContent.Iterator) {
        self.first = first
        self.rest = rest
    }

    func next() async throws -> [UInt8]? {
        if !first.isEmpty {
            defer { first = [] }
            return first
        }
        var iterator = rest
        let piece = try await iterator.next()
        rest = iterator
        return piece
    }

    nonisolated func write(to writer: inout any ResponseBodyWriter) async throws {
        while let piece = try await next() {
            try await writer.write(ByteBuffer(bytes: piece))
        }
    }
}

import Logging
import MailFormat
import MariaDBClient

/// Where events wait to be posted. What is wanted is written in the transaction that it tells of, so that an event is
/// there exactly when what it tells is true, and no delivery ever waits for the operator's URL.
package struct WebhookOutbox: Sendable {
    let database: ConnectionPool
    /// The kinds that somebody wants to hear of.
    let wanted: Set<WebhookEvent.Kind>
    /// The percentages of a quota at which its owner is warned.
    var warnings: [Int] = []
    /// Seconds since 1970.
    let now: @Sendable () -> Int64
    let logger: Logger

    /// Writes an event that belongs to no transaction, such as a refusal. One that cannot be written is in the log: the
    /// client's answer does not depend on it.
    package func post(_ event: WebhookEvent) async {
        guard let statement = insert(event) else { return }
        do {
            _ = try await database.transaction { try $0.commit(after: statement) }
        } catch {
            logger.error("an event is lost", metadata: ["event": "\(event.kind.rawValue)", "error": "\(error)"])
        }
    }

    /// The statement that writes an event; nil when nobody wants it.
    func insert(_ event: WebhookEvent) -> SQLText? {
        guard wanted.contains(event.kind) else { return nil }
        return """
            INSERT INTO webhook_events (event, body, created_at, due_at) VALUES (\(hex: event.kind.rawValue.utf8), \
            \(hex: event.body(now: now())), UTC_TIMESTAMP(), UTC_TIMESTAMP())
            """
    }

    /// The statement that writes an event of a message whose row the same transaction has made before; nil when nobody
    /// wants it.
    func insert(_ event: WebhookEvent, of uid: UID, in mailbox: MailboxID) -> SQLText? {
        guard wanted.contains(event.kind) else { return nil }
        return """
            INSERT INTO webhook_events (event, body, message_id, mailbox_id, object_id, created_at, due_at) \
            SELECT \(hex: event.kind.rawValue.utf8), \(hex: event.body(now: now())), id, mailbox_id, object_id, \
            UTC_TIMESTAMP(), UTC_TIMESTAMP() FROM messages WHERE mailbox_id = \(mailbox.rawValue) AND uid = \(uid)
            """
    }

    /// The statements that tell of a message that was put into a mailbox.
    func inserts(for posting: Posting, _ message: ReceivedMessage, _ uid: UID) -> [SQLText] {
        guard !wanted.isEmpty else { return [] }
        var events: [WebhookEvent] = []
        if posting.isDelivery { events.append(posting.event(.messageDelivered, message)) }
        if let virus = message.virus { events.append(posting.event(.messageInfected, message).naming(virus: virus)) }
        return events.compactMap { insert($0, of: uid, in: posting.mailbox) }
    }

    /// The statements that warn of quotas, at the end of a transaction that has taken room.
    func inserts(for rooms: QuotaRooms) -> [SQLText] {
        guard wanted.contains(.quotaWarning) else { return [] }
        return rooms.crossings(of: warnings).compactMap { insert(WebhookEvent($0)) }
    }

    /// The statement that tells of a delivery that found no room; nil when nobody wants it.
    func insertRefusal(of posting: Posting, _ message: ReceivedMessage) -> SQLText? {
        posting.isDelivery ? insert(posting.event(.quotaExceeded, message)) : nil
    }
}

/// Octets of a subject, as the header has it, that an event tells: in a statement each may take twelve, for each recipient.
private let longestSubject = 500

extension Posting {
    fileprivate func event(_ kind: WebhookEvent.Kind, _ message: ReceivedMessage) -> WebhookEvent {
        var event = WebhookEvent(
            kind, origin, recipient: deliveredTo.map { String(decoding: $0, as: UTF8.self) } ?? "")
        event.facts.object_key = message.object.key
        event.facts.size = message.object.size + UInt64(DeliveredTo.field(deliveredTo).count)
        event.facts.subject = (try? Envelope(encoded: message.envelope))?.subject
            .map { EncodedWord.decode(Array($0.prefix(longestSubject))) }
        return event
    }
}

import Logging
import MariaDBClient

/// How a message comes in: first its object into S3, then its rows in one transaction, then the acknowledgement.
///
/// A crash in between leaves an object without rows, which the collector's sweep takes, and never rows without an
/// object. The same bytes for the same mailbox within a day are a retry and add nothing.
package struct Delivery: Sendable {
    let objects: ObjectStore
    let changes: ChangeFeed
    let queue: PostQueue
    let mailboxes: Mailboxes
    let scanner: Scanner?
    let logger: Logger
    /// An object older than this, in milliseconds, is not committed any more: the sweep might be about to take it.
    let patience: UInt64
    /// Milliseconds since 1970.
    let now: @Sendable () -> UInt64

    /// What a message's rows can say of its size.
    package static let maximumSize = UInt64(UInt32.max) - UInt64(DeliveredTo.maximumLength) - 100

    /// Begins to take a message.
    ///
    /// - Parameters:
    ///   - prologue: header fields that are put before the received bytes: Return-Path and Received.
    ///   - trace: the name of its object, when it has one already; one that is no such name is passed over.
    package func begin(prologue: [UInt8] = [], trace: String? = nil) -> IncomingMessage {
        IncomingMessage(
            upload: objects.upload(prefix: "emails/", suffix: ".eml", id: trace.flatMap { UUIDv7($0) }),
            scanner: scanner, prologue: prologue,
            maximumSize: Self.maximumSize)
    }

    /// Begins to take a message that goes elsewhere.
    ///
    /// - Parameter isScanned: whether it is scanned anyway, as it is received for somebody here, too.
    package func beginOutgoing(isScanned: Bool) -> OutgoingSpool {
        OutgoingSpool(directory: objects.spoolDirectory, scanner: isScanned ? nil : scanner)
    }

    /// Delivers to INBOXes. Returns after the commit: what is a success is safe.
    ///
    /// - Parameters:
    ///   - origin: what the events of the deliveries tell of it.
    ///   - together: to all or to none: then one target's failure is everyone's result.
    /// - Returns: a result for each target, in their order: notFound, overQuota, unavailable and what else may be.
    package func deliver(
        _ message: ReceivedMessage, to targets: [DeliveryTarget], origin: DeliveryOrigin = .local,
        together: Bool = false
    ) async -> [Result<DeliveredMessage, StoreError>] {
        var destinations: [Result<MailboxID, StoreError>] = []
        for target in targets {
            destinations.append(await destination(of: message, account: target.account, wanted: target.mailbox))
        }
        if together {
            for case .failure(let error) in destinations { return targets.map { _ in .failure(error) } }
        }
        let keywords = keywords(for: message)
        var postings: [Posting] = []
        for (target, destination) in zip(targets, destinations) {
            guard case .success(let mailbox) = destination else { continue }
            postings.append(
                Posting(
                    account: target.account, mailbox: mailbox, flags: [], keywords: keywords, internalDate: nil,
                    deliveredTo: Self.printable(target.recipient), origin: origin, isDelivery: true))
        }
        var posted = await post([Parcel(message: message, postings: postings)], together: together)[0][...]
        return destinations.map { destination in
            destination.flatMap { _ in posted.popFirst() ?? .failure(StoreError(.internal, "a posting has no result")) }
        }
    }

    /// Adds messages to a mailbox, all or none (RFC 9051 6.3.12, RFC 3502).
    ///
    /// - Parameters:
    ///   - replaced: a message that is removed with it, all or none (RFC 8508).
    ///   - permits: of who is not the owner.
    /// - Throws: `StoreError` notFound, forbidden, overQuota, limit, unavailable; conflict when what is to be replaced is gone.
    package func append(
        _ messages: [AppendedMessage], account: AccountID, to mailbox: MailboxID,
        replacing replaced: ReplacedMessage? = nil, permits: [MailboxPermit] = []
    ) async throws(StoreError) -> AppendOutcome {
        var parcels: [Parcel] = []
        for message in messages {
            let destination: MailboxID
            do throws(StoreError) {
                destination = try await self.destination(of: message.message, account: account, wanted: mailbox).get()
            } catch {
                await discard(messages.map(\.message))
                throw error
            }
            let posting = Posting(
                account: account, mailbox: destination, flags: message.flags,
                keywords: message.keywords + keywords(for: message.message), internalDate: message.internalDate,
                deliveredTo: nil, origin: DeliveryOrigin(protocol: "imap", sender: ""), isDelivery: false,
                replaced: replaced, permits: permits)
            parcels.append(Parcel(message: message.message, postings: [posting]))
        }
        var appended: [DeliveredMessage] = []
        for result in await post(parcels, together: parcels.count > 1 || replaced != nil).flatMap(\.self) {
            appended.append(try result.get())
        }
        guard let first = appended.first else { throw StoreError(.internal, "an APPEND of nothing") }
        let isThere = appended.allSatisfy { $0.mailbox == mailbox }
        return AppendOutcome(uidValidity: first.uidValidity, uids: isThere ? appended.map(\.uid) : [])
    }

    /// Gives up messages of which nothing was committed: an APPEND that breaks off leaves no object behind.
    package func discard(_ messages: [ReceivedMessage]) async {
        guard !messages.isEmpty else { return }
        do {
            _ = try await objects.delete(messages.map(\.object.key))
        } catch {
            logger.notice("unused objects are left to the sweep", metadata: ["error": "\(error)"])
        }
    }

    func post(_ parcels: [Parcel], together: Bool = false) async -> PostQueue.Results {
        guard parcels.allSatisfy({ now() < $0.message.startedAt + patience }) else {
            return parcels.map { parcel in
                parcel.postings.map { _ in .failure(StoreError(.unavailable, "the message took too long to arrive")) }
            }
        }
        let outcome = await queue.post(parcels, together: together)
        var changed: Set<MailboxID> = []
        for (parcel, results) in zip(parcels, outcome) {
            for (posting, result) in zip(parcel.postings, results) {
                guard case .success(let delivered) = result, !delivered.isRepeat else { continue }
                if changed.insert(posting.mailbox).inserted {
                    changes.post(account: posting.account, mailbox: posting.mailbox)
                }
                if let replaced = posting.replaced, changed.insert(replaced.mailbox).inserted {
                    changes.post(account: replaced.account, mailbox: replaced.mailbox)
                }
            }
            await dropUnused(parcel.message, results)
        }
        return outcome
    }

    /// Deletes an object that no row took, when that is certain.
    private func dropUnused(_ message: ReceivedMessage, _ results: [Result<DeliveredMessage, StoreError>]) async {
        let isUnused = results.allSatisfy { result in
            switch result {
            case .success(let delivered): delivered.isRepeat
            case .failure(let error): error.saysNothingWasPosted
            }
        }
        if isUnused { await discard([message]) }
    }

    /// The recipient as a header field can show it: nothing that ends the line, nothing that is too long.
    private static func printable(_ recipient: String) -> [UInt8]? {
        let bytes = recipient.utf8.filter { $0 >= 0x20 && $0 != 0x7F }
        return bytes.isEmpty || bytes.count > DeliveredTo.maximumLength ? nil : Array(bytes)
    }
}

extension StoreError {
    /// Whether the transaction was certainly rolled back.
    fileprivate var saysNothingWasPosted: Bool {
        switch kind {
        case .overQuota, .notFound, .limit, .conflict: true
        default: false
        }
    }
}

/// One message of an APPEND.
package struct AppendedMessage: Sendable {
    package let message: ReceivedMessage
    package let flags: MessageFlags
    package let keywords: [Keyword]
    /// Seconds since 1970; nil for now.
    package let internalDate: Int64?

    package init(message: ReceivedMessage, flags: MessageFlags, keywords: [Keyword], internalDate: Int64?) {
        self.message = message
        self.flags = flags
        self.keywords = keywords
        self.internalDate = internalDate
    }

    /// Without the flags that the rights on the mailbox do not allow to set (RFC 4314 4).
    package func limited(to rights: MailboxRights) -> AppendedMessage {
        AppendedMessage(
            message: message, flags: flags.intersection(rights.flags),
            keywords: rights.contains(.write) ? keywords : [], internalDate: internalDate)
    }
}

/// What an APPEND made (APPENDUID, RFC 4315 3).
package struct AppendOutcome: Sendable, Hashable {
    package let uidValidity: UInt32
    /// Empty when one of the messages went into quarantine.
    package let uids: [UID]
}

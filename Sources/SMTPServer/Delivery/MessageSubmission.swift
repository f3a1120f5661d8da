import LightMailCore
import LightMailDaemon
import Logging
import MailFormat
import SMTPClient
import SMTPSyntax

/// Takes one message of somebody who has logged in, delivers it to those who are here and hands it to the smarthost for
/// the others: everything that happens beside the event loop between the first byte of a message and its reply.
///
/// docs/SUBMISSION.md says in which order, and what becomes of each failure. In short: the smarthost answers for its
/// recipients first; then those who are here get the message, all or none; then the smarthost gets it.
struct MessageSubmission: Sendable {
    private let server: ServerContext
    private let account: Account
    private let traceID: String
    private let reversePath: ReversePath
    private let here: [Recipient]
    private let elsewhere: [Recipient]
    private let trace: TraceFields
    private let logger: Logger

    init(transaction: Transaction, client: SMTPSyntax.Domain, account: Account, session: Session) {
        server = session.server
        self.account = account
        traceID = transaction.traceID
        reversePath = transaction.reversePath
        here = transaction.recipients.filter { !$0.isElsewhere }
        elsewhere = transaction.recipients.filter(\.isElsewhere)
        trace = session.trace(of: transaction, from: client)
        var logger = session.logger
        logger[metadataKey: LogKey.trace] = "\(transaction.traceID)"
        self.logger = logger
    }

    /// The message on its two ways.
    private struct Ways {
        var incoming: IncomingMessage?
        var outgoing: OutgoingSpool?

        func write(_ bytes: [UInt8]) async throws(StoreError) {
            try await incoming?.write(bytes)
            try await outgoing?.write(bytes)
        }

        func abort() async {
            await incoming?.abort()
            await outgoing?.abandon()
        }
    }

    /// Takes the message from the pipe to where it goes.
    ///
    /// - Returns: one reply for all recipients; none when the client gave the message up.
    func run(_ pipe: MessagePipe) async -> [Reply] {
        var ways: Ways?
        var header = SubmittedHeader()
        var lineEnds = LineEnds()
        var size = 0
        do {
            while let bytes = try await pipe.next() {
                size += bytes.count
                guard lineEnds.areWhole(in: bytes) else { throw Self.bareLineEnd }
                if let ways {
                    try await ways.write(bytes)
                } else if let start = try header.take(bytes) {
                    ways = try await begin(start)
                }
            }
            guard !lineEnds.isOpen else { throw Self.bareLineEnd }
            let whole = if let ways { ways } else { try await begin(header.rest) }
            ways = whole
            let reply = try await conclude(whole, size: size)
            server.metrics.messages.increment()
            server.metrics.bytes.increment(by: UInt64(size))
            return [reply]
        } catch MessagePipe.Interruption.abandoned {
            await ways?.abort()
            server.metrics.abandoned.increment()
            logger.notice("message given up by the client", metadata: ["bytes": "\(size)"])
            return []
        } catch {
            let reply = Self.reply(to: error)
            pipe.discard(reply)
            await ways?.abort()
            if let error = error as? StoreError, error.kind == .infected { await tell(of: error.detail) }
            log(reply, size: size, error: "\(error)")
            return [reply]
        }
    }

    /// Tells of an infected message that was refused, and so has no row that could tell of it.
    private func tell(of virus: String) async {
        for recipient in here + elsewhere {
            await server.store.outbox.post(
                WebhookEvent(
                    .messageInfected, DeliveryOrigin(server.profile, reversePath),
                    recipient: recipient.path.mailbox(ofHost: server.hostname)
                ).naming(virus: virus))
        }
    }

    private static let bareLineEnd = SubmissionRefusal("Lines of a message end in CR LF")

    private static func reply(to error: any Error) -> Reply {
        switch error {
        case MessagePipe.Interruption.tooLarge: ErrorReplies.tooLarge
        case let refusal as SubmissionRefusal: refusal.reply
        default: ErrorReplies.recipient(StoreError(error))
        }
    }

    /// Checks the header and opens the ways that the message takes.
    ///
    /// - Parameter start: the message up to the end of its header at least.
    private func begin(_ start: [UInt8]) async throws -> Ways {
        for author in try SubmittedHeader.authors(in: start) {
            guard try await server.store.accounts.isOwn(author, of: account.id) else {
                logger.notice("author refused", metadata: ["author": "\(author.prefix(320))"])
                throw SubmissionRefusal(
                    Reply(550, EnhancedStatusCode(5, 7, 1), "The From field is not one of your addresses"))
            }
        }
        guard HeaderBlock(start).values(of: "Received").count < ErrorReplies.mostHops else {
            throw SubmissionRefusal(ErrorReplies.mailLoop)
        }
        let additions = SubmittedHeader.additions(
            to: start, now: trace.receivedAt, id: traceID, host: server.hostname)
        var ways = Ways()
        if !here.isEmpty {
            ways.incoming = server.store.delivery.begin(
                prologue: Array(trace.encoded.utf8) + additions, trace: traceID)
        }
        if !elsewhere.isEmpty {
            let spool = server.store.delivery.beginOutgoing(isScanned: !here.isEmpty)
            try await spool.prepend(Array(trace.received.utf8) + additions)
            ways.outgoing = spool
        }
        try await ways.write(start)
        return ways
    }

    // MARK: The end of the message

    private func conclude(_ ways: Ways, size: Int) async throws -> Reply {
        let received = try await ways.incoming?.finish()
        guard let spooled = try await ways.outgoing?.finish(), let smarthost = server.smarthost else {
            let failure = await deliver(received)
            let reply = failure ?? accepted
            log(reply, size: size)
            return reply
        }
        if let received, let virus = received.virus {
            await server.store.delivery.discard([received])
            throw StoreError(.infected, virus)
        }
        let hash = spooled.receivedHash
        let known = try await server.store.relays.known(hash, from: account.id, to: elsewhere.map(\.forward))
        let rest = elsewhere.map(\.forward).filter { !known.contains($0) }
        guard !rest.isEmpty else {
            let reply = await deliver(received) ?? accepted
            log(reply, size: size)
            return reply
        }
        let message = OutgoingMessage(
            sender: reversePath.bare, recipients: rest,
            content: OutgoingContent(size: spooled.size) { try spooled.read(into: $0, at: $1) })
        let local = LocalOutcome()
        let outcomes = await smarthost.send(message) { known in
            guard known.allSatisfy(\.isAccepted) else { return false }
            let failure = await deliver(received)
            local.set(failure)
            return failure == nil
        }
        if let received, local.isUntried { await server.store.delivery.discard([received]) }
        let relayed = zip(rest, outcomes).filter(\.1.isAccepted).map(\.0)
        await remember(hash, relayed)
        let reply = SubmissionReplies.reply(
            Array(zip(rest, outcomes)), here: local.failure, isDelivered: local.isDelivered && !here.isEmpty,
            accepted: accepted)
        log(reply, size: size)
        return reply
    }

    private var accepted: Reply { Reply(250, EnhancedStatusCode(2, 0, 0), "Taken as \(traceID)") }

    /// Delivers to those who are here: to all, or to none and the reply says why.
    private func deliver(_ received: ReceivedMessage?) async -> Reply? {
        guard let received else { return nil }
        let began = ContinuousClock.now
        let results = await server.store.delivery.deliver(
            received, to: here.flatMap(\.targets), origin: DeliveryOrigin(server.profile, reversePath), together: true)
        if results.holdSuccess { server.metrics.commitTime.observe(ContinuousClock.now - began) }
        for case .failure(let error) in results {
            logger.warning("delivery failed", metadata: [LogKey.error: "\(error)"])
            return ErrorReplies.recipient(error)
        }
        return nil
    }

    /// What was relayed stays relayed, so a record that cannot be made changes no reply: it would only spare a client
    /// that does not get the reply, and comes again, a second copy.
    private func remember(_ hash: [UInt8], _ relayed: [String]) async {
        do throws(StoreError) {
            try await server.store.relays.note(hash, from: account.id, to: relayed)
        } catch {
            logger.warning("cannot remember what was relayed", metadata: [LogKey.error: "\(error)"])
        }
    }

    /// One line a message, and one count a recipient.
    private func log(_ reply: Reply, size: Int, error: String? = nil) {
        var metadata: Logger.Metadata = [
            "from": "\(reversePath.encoded)", "bytes": "\(size)", "reply": "\(reply.code)",
            "to": "\((here + elsewhere).map(\.path.encoded).joined(separator: ","))",
        ]
        if reply.isError { metadata[LogKey.error] = "\(error ?? reply.lines.joined(separator: " / "))" }
        let count = UInt64(here.count + elsewhere.count)
        switch reply.code {
        case ..<400:
            server.metrics.delivered.increment(by: count)
            logger.info("submitted", metadata: metadata)
        case ..<500:
            server.metrics.deferred.increment(by: count)
            logger.warning("submission deferred", metadata: metadata)
        default:
            server.metrics.refused.increment(by: count)
            logger.notice("submission refused", metadata: metadata)
        }
    }
}

extension Recipient {
    /// The address as the smarthost is told it.
    fileprivate var forward: String {
        switch path {
        case .postmaster: "Postmaster"
        case .address(let address): address.encoded
        }
    }
}

extension ReversePath {
    /// Without its angle brackets.
    fileprivate var bare: String {
        switch self {
        case .null: ""
        case .address(let address): address.encoded
        }
    }
}

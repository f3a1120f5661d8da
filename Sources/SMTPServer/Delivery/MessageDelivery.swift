import LightMailCore
import LightMailDaemon
import Logging
import SMTPSyntax

/// Stores one message and delivers it: everything that happens beside the event loop between the first byte of a
/// message and its replies.
struct MessageDelivery: Sendable {
    let server: ServerContext
    private let traceID: String
    private let reversePath: ReversePath
    private let recipients: [Recipient]
    private let prologue: [UInt8]
    private let logger: Logger

    init(transaction: Transaction, client: SMTPSyntax.Domain, session: Session) {
        server = session.server
        traceID = transaction.traceID
        reversePath = transaction.reversePath
        recipients = transaction.recipients
        var logger = session.logger
        logger[metadataKey: LogKey.trace] = "\(transaction.traceID)"
        self.logger = logger
        prologue = Array(session.trace(of: transaction, from: client).encoded.utf8)
    }

    /// Takes the message from the pipe to the store and the mailboxes.
    ///
    /// - Returns: a reply a recipient, in the order of the recipients. A 250 among them means that the message is
    ///   committed. When the client gave the message up there is nobody to reply to, and the list is empty.
    func run(_ pipe: MessagePipe) async -> [Reply] {
        let message = server.store.delivery.begin(prologue: prologue, trace: traceID)
        var size = 0
        do {
            while let bytes = try await pipe.next() {
                size += bytes.count
                try await message.write(bytes)
            }
            let ended = ContinuousClock.now
            let received = try await message.finish()
            guard received.hops <= ErrorReplies.mostHops else {
                await server.store.delivery.discard([received])
                return refuseAll(ErrorReplies.mailLoop, size: size)
            }
            let results = await server.store.delivery.deliver(
                received, to: recipients.flatMap(\.targets), origin: origin)
            server.metrics.messages.increment()
            server.metrics.bytes.increment(by: UInt64(size))
            if results.holdSuccess { server.metrics.commitTime.observe(ContinuousClock.now - ended) }
            return conclude(results, size: size)
        } catch MessagePipe.Interruption.abandoned {
            await message.abort()
            server.metrics.abandoned.increment()
            logger.notice("message given up by the client", metadata: ["bytes": "\(size)"])
            return []
        } catch MessagePipe.Interruption.tooLarge {
            await message.abort()
            return refuseAll(StoreError(.limit("message size")), size: size)
        } catch {
            let error = StoreError(error)
            pipe.discard(ErrorReplies.recipient(error))
            await message.abort()
            if error.kind == .infected { await tell(of: error.detail) }
            return refuseAll(error, size: size)
        }
    }

    private var origin: DeliveryOrigin { DeliveryOrigin(server.profile, reversePath) }

    /// Tells of an infected message that was refused, and so has no row that could tell of it.
    private func tell(of virus: String) async {
        for target in recipients.flatMap(\.targets) {
            await server.store.outbox.post(
                WebhookEvent(.messageInfected, origin, recipient: target.recipient).naming(virus: virus))
        }
    }

    /// Deals the results, which come one a target, to the recipients.
    private func conclude(_ results: [Result<DeliveredMessage, StoreError>], size: Int) -> [Reply] {
        var rest = results[...]
        return recipients.map { recipient in
            let own = rest.prefix(recipient.targets.count)
            rest = rest.dropFirst(recipient.targets.count)
            return conclude(recipient, own, size: size)
        }
    }

    /// One reply for all accounts of a recipient. As long as one of them may yet get the message the sender has to come
    /// again: those that have it by then will not get it twice. A refusal for good counts only when nobody got it.
    private func conclude(
        _ recipient: Recipient, _ results: ArraySlice<Result<DeliveredMessage, StoreError>>, size: Int
    ) -> Reply {
        var delivered = 0
        var refusals: [(error: StoreError, reply: Reply)] = []
        for result in results {
            switch result {
            case .success: delivered += 1
            case .failure(let error): refusals.append((error, ErrorReplies.recipient(error)))
            }
        }
        if delivered == 0, refusals.first?.error.kind == .overQuota {
            // What the store adds counts too: the fields above the message, and Delivered-To.
            let stored = UInt64(size + prologue.count + 512)
            let address = recipient.path.mailbox(ofHost: server.hostname)
            server.overflows.note(stored, from: reversePath, to: address, at: server.now())
        }
        let worst = refusals.first { $0.reply.code < 500 } ?? (delivered == 0 ? refusals.first : nil)
        if let worst {
            log(recipient, worst.reply, error: worst.error, size: size)
            return worst.reply
        }
        let reply = Reply(250, EnhancedStatusCode(2, 0, 0), "Delivered as \(traceID)")
        log(recipient, reply, error: refusals.first?.error, size: size)
        return reply
    }

    private func refuseAll(_ error: StoreError, size: Int) -> [Reply] {
        refuseAll(ErrorReplies.recipient(error), error: error, size: size)
    }

    private func refuseAll(_ reply: Reply, error: StoreError? = nil, size: Int) -> [Reply] {
        for recipient in recipients { log(recipient, reply, error: error, size: size) }
        return recipients.map { _ in reply }
    }

    /// One line and one count a recipient, whatever the outcome.
    private func log(_ recipient: Recipient, _ reply: Reply, error: StoreError?, size: Int) {
        var metadata: Logger.Metadata = [
            "from": "\(reversePath.encoded)", "to": "\(recipient.path.encoded)", "bytes": "\(size)",
            "accounts": "\(recipient.targets.map { "\($0.account)" }.joined(separator: ","))",
            "reply": "\(reply.code)",
        ]
        if let error { metadata[LogKey.error] = "\(error)" }
        switch reply.code {
        case ..<400:
            server.metrics.delivered.increment()
            logger.info("delivered", metadata: metadata)
        case ..<500:
            server.metrics.deferred.increment()
            logger.warning("delivery deferred", metadata: metadata)
        default:
            server.metrics.refused.increment()
            logger.notice("delivery refused", metadata: metadata)
        }
    }
}

extension Session {
    /// What is put above a message of the session.
    func trace(of transaction: Transaction, from client: SMTPSyntax.Domain) -> TraceFields {
        TraceFields(
            reversePath: transaction.reversePath, client: client,
            clientAddress: connection.clientAddress.flatMap(AddressLiteral.init), server: server.hostname,
            transmission: TransmissionType(
                dialect: server.profile.dialect, isExtended: !isPlain, isEncrypted: isTLS,
                isAuthenticated: account != nil, isInternationalized: transaction.parameters.smtpUTF8),
            id: transaction.traceID, receivedAt: TraceTime(secondsSinceEpoch: server.now()))
    }
}

extension AddressLiteral {
    /// A client's address as Received shows it.
    fileprivate init?(_ address: IPAddress) {
        self.init(content: address.bytes.count == 4 ? "\(address)" : "IPv6:\(address)")
    }
}

extension DeliveryOrigin {
    /// What is told of a transaction's message.
    init(_ profile: Profile, _ path: ReversePath) {
        let name = profile.dialect == .lmtp ? "lmtp" : "smtp"
        self.init(protocol: name, sender: String(path.encoded.dropFirst().dropLast()))
    }
}

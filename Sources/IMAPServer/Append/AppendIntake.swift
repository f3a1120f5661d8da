import IMAPSyntax
import LightMailCore

// From the segments and literals of an APPEND or REPLACE to messages in the object store.

/// The messages of a command so far.
private struct AppendIntake {
    /// In the order of the command; each is safe in the object store, and has no rows yet.
    var complete: [AppendedMessage] = []
    var current: Current?
    /// What the complete ones take in memory.
    var footprint = 0

    /// The message at hand.
    struct Current {
        let flags: MessageFlags
        let keywords: [LightMailCore.Keyword]
        let internalDate: Int64?
        let incoming: IncomingMessage
        var size: UInt64 = 0
    }

    func discard(_ delivery: Delivery) async {
        await current?.incoming.abort()
        await delivery.discard(complete.map(\.message))
    }
}

extension Session {
    /// Bytes of headers and structures that the messages of a command may hold until its end.
    private static let maximumFootprint = 16 << 20

    /// Takes the messages of a command. When it breaks off, nothing of any of them stays.
    ///
    /// - Parameters:
    ///   - start: the command up to its first literal.
    ///   - limit: how many messages there may be.
    func receive(
        _ start: AppendSegment, _ literals: LiteralSource?, limit: Int = .max
    ) async throws -> [AppendedMessage] {
        var intake = AppendIntake()
        do {
            var segment = start
            while true {
                for item in segment.items {
                    if case .message = item, intake.complete.count >= limit {
                        throw CommandFailure.bad("One message at a time")
                    }
                    try await take(item, &intake)
                }
                guard let literal = segment.literal else { return intake.complete }
                guard let literals else { throw CommandFailure.bad("Expected a message") }
                segment = try await take(literal, from: literals, &intake)
            }
        } catch {
            await intake.discard(store.delivery)
            if let error = error as? StoreError, error.kind == .infected { await tell(of: error.detail) }
            guard case LiteralSource.Interruption.refused(let failure) = error else { throw error }
            throw failure.reason == .messageTooLarge ? Self.tooBig : CommandFailure.bad(failure.message)
        }
    }

    /// Tells of an infected message that was refused, and so has no row that could tell of it.
    private func tell(of virus: String) async {
        guard let account else { return }
        await store.outbox.post(
            WebhookEvent(.messageInfected, DeliveryOrigin(protocol: "imap", sender: ""), recipient: account.username)
                .naming(virus: virus))
    }

    private static let tooBig = CommandFailure.no("Message is too large", .tooBig)

    private func take(_ item: AppendItem, _ intake: inout AppendIntake) async throws {
        switch item {
        case .message(let message):
            let (flags, keywords) = try MessageFlags.split(message.flags)
            intake.current = AppendIntake.Current(
                flags: flags, keywords: keywords, internalDate: message.internalDate?.secondsSince1970,
                incoming: store.delivery.begin())
        case .url(let url):
            try await catenate(url, &intake)
        case .end:
            try await finish(&intake)
        }
    }

    /// The message at hand is complete.
    private func finish(_ intake: inout AppendIntake) async throws {
        guard let current = intake.current else { return }
        guard current.size > 0 else { throw CommandFailure.no("Message is empty", .cannot) }
        let message = try await current.incoming.finish()
        intake.current = nil
        intake.complete.append(
            AppendedMessage(
                message: message, flags: current.flags, keywords: current.keywords, internalDate: current.internalDate))
        intake.footprint += message.footprint
        // RFC 6855 4 would refuse a header in UTF-8 from who has not enabled UTF8=ACCEPT. Mail from before there were such
        // rules has headers in eight bits, and whoever moves his mail in must not lose it.
        if intake.footprint > Self.maximumFootprint { throw CommandFailure.no("Too many messages at once", .limit) }
    }

    /// Takes a literal, and gives what the command says behind it.
    private func take(
        _ literal: AppendLiteral, from literals: LiteralSource, _ intake: inout AppendIntake
    ) async throws -> AppendSegment {
        let size = literal.header.size
        if literal.isUTF8, !acceptsUTF8 { throw CommandFailure.no("Enable UTF8=ACCEPT first", .cannot) }
        switch literal.role {
        case .url:
            guard size <= UInt64(MessageURL.maximumLength) else { throw CommandFailure.bad("URL is too long") }
            var url: [UInt8] = []
            literals.accept()
            while let bytes = try await literals.next() { url += bytes }
            try await catenate(url, &intake)
        case .message, .part:
            // RFC 3502: how a client that has changed its mind says so.
            if size == 0, literal.role == .message { throw CommandFailure.no("Message is empty", .cannot) }
            try admit(size, &intake)
            literals.accept()
            while let bytes = try await literals.next() { try await intake.current?.incoming.write(bytes) }
        }
        let rest = try literals.rest()
        do throws(SyntaxError) {
            return try CommandParser(options: parserOptions).parseAppend(rest, after: literal)
        } catch {
            throw CommandFailure.bad(error.message)
        }
    }

    /// Counts octets that are to be added to the message at hand.
    private func admit(_ size: UInt64, _ intake: inout AppendIntake) throws {
        let before = intake.current?.size ?? 0
        guard size <= service.limits.messageSize, before + size <= service.limits.messageSize else { throw Self.tooBig }
        intake.current?.size = before + size
    }

    /// Adds what a URL names (RFC 4469 3), as the store gives it.
    private func catenate(_ url: [UInt8], _ intake: inout AppendIntake) async throws {
        do {
            switch try await content(of: url) {
            case .bytes(let bytes):
                try admit(UInt64(bytes.count), &intake)
                try await intake.current?.incoming.write(bytes)
            case .stored(let content):
                try admit(content.length, &intake)
                let incoming = intake.current?.incoming
                // It waits for no client, and so would hold the event loop from others.
                try await withTaskExecutorPreference(globalConcurrentExecutor) {
                    for try await bytes in content { try await incoming?.write(bytes) }
                }
            }
        } catch let error as StoreError where error.kind == .notFound {
            throw CommandFailure.no("No such message or part", .badURL(url))
        }
    }
}

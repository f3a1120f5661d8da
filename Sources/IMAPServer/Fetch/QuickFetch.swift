import IMAPSyntax
import LightMailCore
import MailFormat

/// Writes FETCH responses of many messages that the index and the packed envelopes answer, straight into what the session
/// sends: no value is built for what is written once.
struct QuickFetch {
    private let plan: FetchPlan
    private let selected: SelectedMailbox
    private let usesUIDOnly: Bool
    /// FLAGS as written before, by what they were made of: a mailbox has few combinations.
    private var flagLists: [FlagKey: [UInt8]] = [:]

    private struct FlagKey: Hashable {
        let flags: UInt8
        let keywords: UInt64
        let isRecent: Bool
    }

    init(_ plan: FetchPlan, _ selected: SelectedMailbox, usesUIDOnly: Bool) {
        self.plan = plan
        self.selected = selected
        self.usesUIDOnly = usesUIDOnly
    }

    /// Writes the response of a message.
    ///
    /// - Parameters:
    ///   - envelope: nil where none is asked for.
    ///   - bytes: what the envelope lies in.
    mutating func append(
        _ position: Int, _ envelope: EnvelopeView?, in bytes: [UInt8], modSequence: ModSeq?,
        to out: inout ResponseEncoder
    ) {
        let view = selected.view
        if usesUIDOnly {
            out.beginUIDFetch(view.uids[position])
        } else {
            out.beginFetch(UInt32(position) + 1)
        }
        for item in plan.items {
            switch item {
            case .uid: out.fetchUID(view.uids[position])
            case .flags: appendFlags(position, to: &out)
            case .rfc822Size: out.fetchSize(UInt64(view.sizes[position]))
            case .internalDate:
                if let date = DateTime(secondsSince1970: view.dates[position]) { out.fetchInternalDate(date) }
            case .modSequence: if let modSequence { out.fetchModSequence(modSequence) }
            case .envelope: if let envelope { out.fetchEnvelope(envelope, in: bytes) }
            default: break
            }
        }
        out.endFetch()
    }

    private mutating func appendFlags(_ position: Int, to out: inout ResponseEncoder) {
        let view = selected.view
        let key = FlagKey(
            flags: view.flags[position], keywords: view.keywords[position],
            isRecent: !selected.recent.isEmpty && selected.recent.contains(view.uids[position]))
        if let list = flagLists[key] { return out.fetchFlags(encoded: list) }
        var encoder = ResponseEncoder()
        encoder.append(flags: selected.flags(at: position))
        let list = encoder.takeBytes()
        // Keywords make as many combinations as somebody likes.
        if flagLists.count < 256 { flagLists[key] = list }
        out.fetchFlags(encoded: list)
    }
}

extension ResponseEncoder {
    /// The envelope of a message as IMAP writes it (RFC 9051 7.5.2), from where it is stored.
    fileprivate mutating func fetchEnvelope(_ envelope: EnvelopeView, in bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            beginEnvelope()
            append(envelope.date, in: bytes)
            append(envelope.subject, in: bytes)
            append(envelope.from, in: bytes)
            append(envelope.sender, in: bytes)
            append(envelope.replyTo, in: bytes)
            append(envelope.to, in: bytes)
            append(envelope.cc, in: bytes)
            append(envelope.bcc, in: bytes)
            append(envelope.inReplyTo, in: bytes)
            append(envelope.messageID, in: bytes)
            endEnvelope()
        }
    }

    private mutating func append(_ string: Range<Int>?, in bytes: UnsafeBufferPointer<UInt8>) {
        appendEnvelope(string: string.map { UnsafeBufferPointer(rebasing: bytes[$0]) })
    }

    private mutating func append(_ addresses: EnvelopeView.Addresses, in bytes: UnsafeBufferPointer<UInt8>) {
        beginAddresses(count: addresses.count)
        addresses.forEach(in: bytes) { address in
            beginAddress()
            append(address.name, in: bytes)
            append(address.route, in: bytes)
            append(address.mailbox, in: bytes)
            append(address.host, in: bytes)
            endAddress()
        }
        endAddresses(count: addresses.count)
    }
}

extension Session {
    /// How many envelopes are written before the client has to take them: of hostile mail each may be large.
    private static let envelopesAtOnce = 64

    /// The FETCH responses of messages, of what the index and the envelopes know.
    ///
    /// - Returns: how many messages are gone.
    mutating func tellQuickly(_ plan: FetchPlan, at positions: [Range<Int>]) async throws -> Int {
        let selected = try requireSelected()
        var quick = QuickFetch(plan, selected, usesUIDOnly: usesUIDOnly)
        out.usesUTF8 = parserOptions.usesUTF8
        var missing = 0
        for range in positions {
            if plan.needsDetails {
                missing += try await tellEnvelopes(selected, at: range, plan, &quick)
            } else {
                for start in stride(from: range.lowerBound, to: range.upperBound, by: Messages.messagesInPack) {
                    for position in start..<min(range.upperBound, start + Messages.messagesInPack) {
                        quick.append(position, nil, in: [], modSequence: shown(plan, position), to: &out)
                    }
                    try await flush()
                }
            }
        }
        return missing
    }

    /// The same with envelopes. While those of a pack are written, the next is read.
    private mutating func tellEnvelopes(
        _ selected: SelectedMailbox, at range: Range<Int>, _ plan: FetchPlan, _ quick: inout QuickFetch
    ) async throws -> Int {
        let messages = store.messages
        let uids = selected.view.uids
        func read(from start: Int) -> Task<EnvelopePack, any Error> {
            Task {
                try await messages.envelopes(
                    account: selected.account, view: selected.view, uids: uids[start..<range.upperBound])
            }
        }
        var missing = 0
        var position = range.lowerBound
        var ahead = read(from: position)
        defer { ahead.cancel() }
        while position < range.upperBound {
            let pack = try await ahead.value
            let end = min(range.upperBound, selected.view.positions(of: pack.range).upperBound)
            if end < range.upperBound { ahead = read(from: end) }
            while position < end {
                let next = min(end, position + Self.envelopesAtOnce)
                try pack.forEach(uids[position..<next]) { _, envelope in
                    if let envelope {
                        let modSequence = shown(plan, position)
                        quick.append(position, envelope, in: pack.bytes, modSequence: modSequence, to: &out)
                    } else {
                        missing += 1
                    }
                    position += 1
                }
                try await flush()
            }
        }
        return missing
    }

    /// The mod-sequence that a response is to show, noted as shown; nil where none is asked for.
    private mutating func shown(_ plan: FetchPlan, _ position: Int) -> ModSeq? {
        plan.showsModSequence ? showModSequence(at: position) : nil
    }
}

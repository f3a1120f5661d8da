// Cuts what a client sends into commands, literals and lines, holding a bounded amount of it, and stays in step with
// the client over everything it refuses.

/// Turns bytes into commands.
///
/// Feed it with `receive(_:)` in any pieces, then call `next()` until it returns nil. Not calling `next()` is
/// back-pressure: what was received waits, and the caller stops reading from its socket. All work is linear in the bytes
/// received, even when they come one at a time.
///
/// A line ends with CRLF; a bare LF is taken as an end too. People test servers by hand with tools that send LF, and
/// since IMAP quotes no line ends and counts its literals, it gives an attacker no second reading of the same bytes.
package struct CommandFramer: Sendable {
    /// May be changed between commands, such as after a login.
    package var limits: FramingLimits

    private var state = State.line
    private var input: [UInt8] = []
    private var position = 0

    /// The command so far: its lines and inline literals. After a streamed literal, only what followed it.
    private var command: [UInt8] = []
    private var lineBytes = 0
    private var inlineBytes = 0
    private var literals = 0
    /// The tag of the command whose literal is streamed; the command's own bytes are gone by then.
    private var streamTag: String?
    private var isAfterStream = false
    private var skippedBytes: UInt64 = 0

    private enum State {
        /// In a line of a command.
        case line
        /// In a literal that becomes part of the command.
        case inlineLiteral(remaining: Int)
        /// A literal of APPEND is announced, and the caller has not decided.
        case undecided(LiteralHeader)
        case streaming(remaining: UInt64)
        /// In a line that is thrown away. `tail` is its end so far, to recognise literals that come without asking; nil for
        /// a line that is no command and announces none.
        case skippingLine(tail: [UInt8]?, then: FramingEvent)
        case skippingLiteral(remaining: UInt64, then: FramingEvent)
        /// A refused command ended without anything left to read.
        case ended(FramingEvent)
        /// In a line that is no command.
        case rawLine
        case dead
    }

    package init(limits: FramingLimits = FramingLimits()) {
        self.limits = limits
    }

    /// Whether no command has begun: what a client that hangs up now leaves behind is nothing.
    package var isBetweenCommands: Bool {
        guard case .line = state else { return false }
        return command.isEmpty && !isAfterStream && position == input.count
    }

    /// Bytes received and not yet used.
    package var receivedBytes: Int { input.count - position }

    /// Whether a fatal failure has ended it: nothing more will come.
    package var isDead: Bool {
        if case .dead = state { true } else { false }
    }

    /// Takes bytes from the client.
    package mutating func receive(_ bytes: some Sequence<UInt8>) {
        if case .dead = state { return }
        if position == input.count {
            // A caller may still hold slices of the old input: leave it to them and begin anew.
            input = Array(bytes)
            position = 0
            return
        }
        // Moving costs as much as what is left, so it waits until as much has been used up.
        if position > input.count / 2 {
            input = Array(input[position...])
            position = 0
        }
        input.append(contentsOf: bytes)
    }

    /// Gives up what was received but not yet asked for: it was not meant for the framer as it is. What a client sent in
    /// clear after STARTTLS must not count as sent under TLS (RFC 9051 11.1).
    package mutating func takeReceived() -> ArraySlice<UInt8> {
        let received = input[position...]
        input = []
        position = 0
        return received
    }

    /// Asks for the next line as it is, instead of a command: an answer to an AUTHENTICATE challenge, or DONE. Holds for
    /// one line; only between commands.
    package mutating func expectLine() {
        guard case .line = state, command.isEmpty else { return }
        state = .rawLine
    }

    /// Takes the announced literal: its bytes come as chunks.
    package mutating func accept() {
        guard case .undecided(let header) = state else { return }
        state = .streaming(remaining: header.size)
    }

    /// Turns down the announced literal, or the rest of one already begun. The rest of the command is read and thrown
    /// away; then comes `.refused`. A client that waits for permission sends nothing, so it comes at once.
    package mutating func refuse() {
        switch state {
        case .undecided(let header) where header.isSynchronizing: state = .ended(.refused)
        case .undecided(let header): skip(header.size, then: .refused)
        case .streaming(let remaining): skip(remaining, then: .refused)
        default: break
        }
    }

    /// The next event; nil when more bytes, or a decision about a literal, are needed first.
    package mutating func next() -> FramingEvent? {
        while true {
            switch state {
            case .line:
                guard let step = readLine() else { return nil }
                if case .event(let event) = step { return event }
            case .inlineLiteral(let remaining):
                guard readInlineLiteral(remaining) else { return nil }
            case .undecided, .dead:
                return nil
            case .streaming(0):
                state = .line
                isAfterStream = true
            case .streaming(let remaining):
                guard let chunk = take(atMost: remaining) else { return nil }
                state = .streaming(remaining: remaining - UInt64(chunk.count))
                return .chunk(chunk)
            case .skippingLine(let tail, let event):
                guard skipLine(tail, then: event) else { return nil }
            case .skippingLiteral(0, let event):
                state = .skippingLine(tail: [], then: event)
            case .skippingLiteral(let remaining, let event):
                guard let chunk = take(atMost: remaining) else { return nil }
                state = .skippingLiteral(remaining: remaining - UInt64(chunk.count), then: event)
            case .ended(let event):
                if case .failure(let failure) = event, failure.isFatal {
                    state = .dead
                    _ = takeReceived()
                } else {
                    beginCommand()
                }
                return event
            case .rawLine:
                guard let step = readRawLine() else { return nil }
                if case .event(let event) = step { return event }
            }
        }
    }
}

extension CommandFramer {
    private enum Step {
        case event(FramingEvent)
        /// Something changed; look again.
        case again
    }

    private mutating func beginCommand() {
        state = .line
        command = []
        lineBytes = 0
        inlineBytes = 0
        literals = 0
        streamTag = nil
        isAfterStream = false
        skippedBytes = 0
    }

    /// Up to `count` bytes of the input; nil when there are none. The input lets go of them.
    private mutating func take(atMost count: UInt64) -> ArraySlice<UInt8>? {
        guard position < input.count else { return nil }
        let end = position + Int(min(count, UInt64(input.count - position)))
        let slice = input[position..<end]
        position = end
        if position == input.count {
            input = []
            position = 0
        }
        return slice
    }

    /// Input up to and with the next LF, or all of it.
    private mutating func takeLine() -> ArraySlice<UInt8>? {
        guard position < input.count else { return nil }
        let end = input[position...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? input.count
        return take(atMost: UInt64(end - position))
    }

    private mutating func readLine() -> Step? {
        guard let piece = takeLine() else { return nil }
        let isWhole = piece.last == UInt8(ascii: "\n")
        if let (reason, good) = fault(in: piece) {
            let event = FramingEvent.failure(FramingFailure(reason, tag: readTag(with: piece.prefix(good))))
            let tail = extend(command[...], by: piece)
            command = []
            guard countSkipped(UInt64(piece.count - good), then: event) else { return .again }
            state = .skippingLine(tail: tail, then: event)
            if isWhole { endSkippedLine(tail, then: event) }
            return .again
        }
        lineBytes += piece.count
        command += piece
        guard isWhole else { return nil }
        if let header = LiteralAnnouncement.find(in: command.suffix(LiteralAnnouncement.maximumLength)) {
            return begin(header)
        }
        let bytes = command
        let event = isAfterStream ? FramingEvent.streamEnded(rest: bytes) : .command(bytes)
        beginCommand()
        return .event(event)
    }

    /// What is wrong with a piece of a line, and how many of its bytes are good. The first fault counts, so that it does
    /// not matter how the line was cut.
    private func fault(in piece: ArraySlice<UInt8>) -> (FramingFailure.Reason, good: Int)? {
        let allowed = max(0, limits.line - lineBytes)
        if let nul = piece.prefix(allowed).firstIndex(of: 0) { return (.nul, nul - piece.startIndex) }
        return piece.count > allowed ? (.lineTooLong, allowed) : nil
    }

    /// The tag of the command, of which `piece` is the newest part and not yet in `command`.
    private func readTag(with piece: ArraySlice<UInt8>) -> String? {
        if isAfterStream { return streamTag }
        return CommandPrefix.tag(of: command.prefix(256) + piece.prefix(256))
    }

    /// Decides about a literal that the line just read announces.
    private mutating func begin(_ header: LiteralHeader) -> Step {
        if isAfterStream || CommandPrefix.announcesMessage(command) {
            let tag = isAfterStream ? streamTag : CommandPrefix.tag(of: command)
            if header.size > limits.streamedLiteral { return fail(.messageTooLarge, tag: tag, over: header) }
            literals += 1
            if literals > limits.streamedLiterals { return fail(.tooManyLiterals, tag: tag, over: header) }
            let announced = StreamedLiteral(prefix: command, header: header, isFirst: !isAfterStream)
            streamTag = tag
            command = []
            state = .undecided(header)
            return .event(.streamedLiteral(announced))
        }
        let tag = CommandPrefix.tag(of: command)
        literals += 1
        if literals > limits.literalCount { return fail(.tooManyLiterals, tag: tag, over: header) }
        guard header.size <= UInt64(max(0, limits.inlineLiterals - inlineBytes)) else {
            return fail(.literalTooLarge, tag: tag, over: header)
        }
        inlineBytes += Int(header.size)
        state = .inlineLiteral(remaining: Int(header.size))
        return header.isSynchronizing ? .event(.continuationNeeded) : .again
    }

    /// Refuses the command because of a literal. A client that waits for permission will not send it: the command has
    /// ended. One that does not wait sends it, and it has to be read.
    private mutating func fail(
        _ reason: FramingFailure.Reason, tag: String?, over header: LiteralHeader
    ) -> Step {
        let event = FramingEvent.failure(FramingFailure(reason, tag: tag))
        command = []
        if header.isSynchronizing {
            state = .ended(event)
        } else {
            skip(header.size, then: event)
        }
        return .again
    }

    private mutating func readInlineLiteral(_ remaining: Int) -> Bool {
        guard remaining > 0 else {
            state = .line
            return true
        }
        guard let piece = take(atMost: UInt64(remaining)) else { return false }
        command += piece
        state = .inlineLiteral(remaining: remaining - piece.count)
        return true
    }

    private mutating func readRawLine() -> Step? {
        guard let piece = takeLine() else { return nil }
        let isWhole = piece.last == UInt8(ascii: "\n")
        let allowed = max(0, limits.line - command.count)
        guard piece.count <= allowed else {
            let event = FramingEvent.failure(FramingFailure(.lineTooLong, tag: nil))
            command = []
            guard countSkipped(UInt64(piece.count - allowed), then: event) else { return .again }
            state = isWhole ? .ended(event) : .skippingLine(tail: nil, then: event)
            return .again
        }
        command += piece
        guard isWhole else { return nil }
        command.removeLast()
        if command.last == UInt8(ascii: "\r") { command.removeLast() }
        let bytes = command
        beginCommand()
        return .event(.line(bytes))
    }
}

extension CommandFramer {
    /// Throws away `size` bytes and the line after them.
    private mutating func skip(_ size: UInt64, then event: FramingEvent) {
        guard countSkipped(size, then: event) else { return }
        state = .skippingLiteral(remaining: size, then: event)
    }

    /// Reads more of a line that is thrown away; false when there is nothing to read.
    private mutating func skipLine(_ tail: [UInt8]?, then event: FramingEvent) -> Bool {
        guard let piece = takeLine() else { return false }
        guard countSkipped(UInt64(piece.count), then: event) else { return true }
        let newTail = tail.map { extend($0[...], by: piece) }
        if piece.last == UInt8(ascii: "\n") {
            endSkippedLine(newTail, then: event)
        } else {
            state = .skippingLine(tail: newTail, then: event)
        }
        return true
    }

    /// The last bytes of a line that so far ended in `tail`: as many as can announce a literal.
    private func extend(_ tail: ArraySlice<UInt8>, by piece: ArraySlice<UInt8>) -> [UInt8] {
        let length = LiteralAnnouncement.maximumLength
        return Array((tail.suffix(length) + piece.suffix(length)).suffix(length))
    }

    private mutating func endSkippedLine(_ tail: [UInt8]?, then event: FramingEvent) {
        if let tail, let header = LiteralAnnouncement.find(in: tail), !header.isSynchronizing {
            skip(header.size, then: event)
        } else {
            state = .ended(event)
        }
    }

    /// Counts bytes that are, or will be, thrown away. False, with the connection given up, when they are too many.
    private mutating func countSkipped(_ count: UInt64, then event: FramingEvent) -> Bool {
        let (sum, overflow) = skippedBytes.addingReportingOverflow(count)
        skippedBytes = sum
        guard overflow || sum > max(limits.skipped, limits.streamedLiteral) else { return true }
        var failure = FramingFailure(.messageTooLarge, tag: streamTag)
        if case .failure(let first) = event { failure = first }
        failure.isFatal = true
        state = .ended(.failure(failure))
        return false
    }
}

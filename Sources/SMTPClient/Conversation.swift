// What libcurl says and hears, told apart: which reply is the answer to what.

/// Follows one conversation from the lines that libcurl shows as it sends and receives them, and knows in the end what
/// the smarthost said of each recipient. Keeps nothing of what is sent, which may hold a password.
struct Conversation {
    private enum Stage: Equatable {
        /// Before MAIL: greeting, EHLO, STARTTLS, AUTH.
        case opening
        case mail
        case recipient(Int)
        case data
        /// After the smarthost has asked for the message.
        case content
    }

    /// Bytes of a reply's text that are kept.
    private static let longestText = 1_000

    private var stage = Stage.opening
    private var text: [String] = []
    private var line: [UInt8] = []
    /// Replies to RCPT, in the order of the recipients.
    private(set) var recipientReplies: [ServerReply] = []
    /// The last refusal that was not about a recipient.
    private(set) var refusal: ServerReply?
    /// Whether MAIL was sent.
    var hasBegun: Bool { stage != .opening }
    /// Whether the refusal, if there is one, is about the message and not about us.
    private(set) var isAboutMessage = false

    /// libcurl has sent a command.
    mutating func sent(_ command: UnsafeRawBufferPointer) {
        let word = String(decoding: command.prefix(5), as: UTF8.self).uppercased()
        switch word {
        case "MAIL ": stage = .mail
        case "RCPT ": stage = .recipient(recipientReplies.count)
        case "DATA\r": stage = .data
        default: break
        }
    }

    /// libcurl has received a line, or a part of one.
    mutating func received(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if byte == 0x0A {
                take(String(decoding: line, as: UTF8.self))
                line = []
            } else if line.count < Self.longestText, byte != 0x0D {
                line.append(byte)
            }
        }
    }

    private mutating func take(_ line: String) {
        guard let code = Int(line.prefix(3)), (200..<600).contains(code) else { return }
        if text.joined().utf8.count < Self.longestText { text.append(String(line.dropFirst(4))) }
        guard line.dropFirst(3).first != "-" else { return }
        let reply = ServerReply(code: code, text: text.joined(separator: " "))
        text = []
        switch stage {
        case .recipient(let index):
            // libcurl waits for each reply before it sends the next command.
            if index == recipientReplies.count { recipientReplies.append(reply) }
        case .data where reply.code == 354: stage = .content
        case .opening, .mail, .data, .content:
            guard !reply.isPositive else { break }
            refusal = reply
            isAboutMessage = stage != .opening
        }
    }

    /// What became of the message.
    ///
    /// - Parameters:
    ///   - count: of recipients.
    ///   - failure: what libcurl says went wrong; nil when nothing did.
    ///   - isWithheld: whether the caller held the message back.
    func outcomes(count: Int, failure: String?, isWithheld: Bool) -> [SendOutcome] {
        let general = general(failure, isWithheld)
        return (0..<count).map { index in
            guard index < recipientReplies.count else { return general }
            let reply = recipientReplies[index]
            return reply.isPositive ? general : SendOutcome(reply)
        }
    }

    private func general(_ failure: String?, _ isWithheld: Bool) -> SendOutcome {
        guard let failure else { return .accepted }
        if isWithheld { return .withheld }
        if let refusal, isAboutMessage { return SendOutcome(refusal) }
        // A smarthost that does not want us (greeting, STARTTLS, AUTH) is a matter for the operator, not for the author.
        let reason = refusal.map { "\($0)" } ?? failure
        return hasBegun ? .temporary(reason) : .unreachable(reason)
    }
}

extension SendOutcome {
    /// What a refusal means (RFC 5321 section 4.2.1).
    fileprivate init(_ refusal: ServerReply) {
        self = refusal.code >= 500 ? .permanent(refusal) : .temporary("\(refusal)")
    }
}

import Hummingbird
import LightMailCore
import LightMailDaemon
import MailFormat
import SMTPClient

/// Mail that a program of the operator's wants to send, through the smarthost of `[smtp]`.
enum SendRoutes {
    static var all: [Route] { [Route(.post, "/admin/send", .write, send)] }

    private static let mostRecipients = 100
    /// Characters of the smarthost's words that are told.
    private static let longestReply = 500

    private struct Wanted: Decodable {
        let from: String
        let to: [String]
        let subject: String?
        let body: String?
        /// A message as it is, header and all, in place of subject and body.
        let raw: String?
    }

    private struct Sent: Encodable {
        let queued = true
        let messageId: String
        /// Those among the recipients that the smarthost did not take, with its words.
        let refused: [Refusal]
    }

    private struct Refusal: Encodable {
        let recipient: String
        let reply: String
    }

    private static func send(_ request: AdminRequest) async throws -> Answer {
        let wanted: Wanted = try request.decode()
        let from = try mailbox(wanted.from, "from")
        guard (1...mostRecipients).contains(wanted.to.count) else {
            throw Problem(.unprocessableContent, "to names 1 to \(mostRecipients) recipients")
        }
        let to = try wanted.to.map { try mailbox($0, "to") }
        let now = Timestamp.now
        let message = TextMessage(
            from: from, to: to, subject: wanted.subject ?? "", body: wanted.body ?? "", date: now.mail,
            messageID: "\(UUIDv7Generator().next())@\(request.service.configuration.system.hostname)")
        let outcomes = await request.service.smarthost.send(
            OutgoingMessage(
                sender: from.address, recipients: to.map(\.address),
                content: OutgoingContent(try bytes(wanted, message))))
        return try answer(zip(to.map(\.address), outcomes).map { $0 }, message)
    }

    private static func mailbox(_ text: String, _ name: String) throws -> TextMessage.Mailbox {
        // What the address is made of goes into an SMTP command.
        guard let mailbox = TextMessage.Mailbox(text), mailbox.address.utf8.count <= 320,
            !mailbox.address.contains(where: { "<>\"(),;:\\[] ".contains($0) })
        else {
            throw Problem(
                .unprocessableContent, "\(name) is an address, or a name and an address in brackets, in ASCII")
        }
        return mailbox
    }

    private static func bytes(_ wanted: Wanted, _ message: TextMessage) throws -> [UInt8] {
        guard let raw = wanted.raw else { return message.encoded }
        guard wanted.subject == nil, wanted.body == nil else {
            throw Problem(.unprocessableContent, "raw is the whole message: subject and body are in it")
        }
        let bytes = Array(raw.utf8).withLineEnds
        let header = HeaderBlock(bytes)
        guard header.values(of: "From").count == 1 else {
            throw Problem(.unprocessableContent, "raw needs a header with one From field")
        }
        // RFC 6409 8.2, 8.3
        var fields = ""
        if header.values(of: "Date").isEmpty { fields += "Date: \(message.date)\r\n" }
        if header.values(of: "Message-ID").isEmpty { fields += "Message-ID: <\(message.messageID)>\r\n" }
        return Array(fields.utf8) + bytes
    }

    /// 200 as soon as one recipient will get it: who asked again would send it twice to him.
    private static func answer(_ outcomes: [(address: String, outcome: SendOutcome)], _ message: TextMessage) throws
        -> Answer
    {
        let failures = outcomes.filter { !$0.outcome.isAccepted }
        guard failures.count == outcomes.count, let first = failures.first else {
            return try .json(
                Sent(
                    messageId: message.messageID,
                    refused: failures.map { Refusal(recipient: $0.address, reply: words($0.outcome)) }))
        }
        throw Problem(
            failures.allSatisfy { $0.outcome.isLasting } ? .badGateway : .serviceUnavailable,
            "the smarthost: \(words(first.outcome))")
    }

    private static func words(_ outcome: SendOutcome) -> String {
        let text =
            switch outcome {
            case .accepted: "accepted"
            case .permanent(let reply): "\(reply)"
            case .temporary(let reason), .unreachable(let reason): reason
            case .withheld: "not sent"
            }
        let printable = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        return String(String.UnicodeScalarView(printable.prefix(longestReply)))
    }
}

extension SendOutcome {
    /// Whether another try would end the same.
    fileprivate var isLasting: Bool {
        if case .permanent = self { true } else { false }
    }
}

extension [UInt8] {
    /// The bytes with CRLF at each end of a line, whatever stood there, and at the end.
    fileprivate var withLineEnds: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count + count / 32)
        var last: UInt8 = 0
        for byte in self {
            switch byte {
            case 0x0A where last == 0x0D: break
            case 0x0A, 0x0D: result += [0x0D, 0x0A]
            default: result.append(byte)
            }
            last = byte
        }
        if last != 0x0A, last != 0x0D { result += [0x0D, 0x0A] }
        return result
    }
}

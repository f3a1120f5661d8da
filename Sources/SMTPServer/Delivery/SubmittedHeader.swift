import LightMailCore
import MailFormat
import SMTPSyntax

/// The header of a message that is being submitted: gathered, checked and completed before anything of the message is
/// passed on.
struct SubmittedHeader {
    /// Bytes that a header may have.
    static let limit = 256 * 1024

    private static let blankLine: [UInt8] = [13, 10, 13, 10]

    private var bytes: [UInt8] = []

    /// Takes bytes of the message.
    ///
    /// - Returns: all bytes so far, once the header is among them; nil before that.
    /// - Throws: when the header is too long.
    mutating func take(_ more: [UInt8]) throws(SubmissionRefusal) -> [UInt8]? {
        let start = max(0, bytes.count - 3)
        bytes += more
        if bytes.starts(with: Self.blankLine[2...]) || bytes[start...].firstRange(of: Self.blankLine) != nil {
            return bytes
        }
        guard bytes.count <= Self.limit else { throw SubmissionRefusal("The header is too long") }
        return nil
    }

    /// All bytes, when the message has ended inside its header.
    var rest: [UInt8] { bytes }

    /// The addresses that the message is from, as the store knows addresses.
    ///
    /// RFC 5322 section 3.6: exactly one From field, with at least one address.
    static func authors(in message: [UInt8]) throws(SubmissionRefusal) -> [String] {
        let header = HeaderBlock(message)
        guard header.values(of: "From").count == 1 else {
            throw SubmissionRefusal("The message needs one From field")
        }
        // Groups (RFC 6854) are marked at both ends; who is in them counts as anybody else.
        let addresses = ParsedMessage(message).envelope.from.filter { !$0.isGroupStart && !$0.isGroupEnd }
        let authors = addresses.compactMap { address -> String? in
            guard let mailbox = address.mailbox, let host = address.host else { return nil }
            return "\(String(decoding: mailbox, as: UTF8.self))@\(String(decoding: host, as: UTF8.self))"
        }
        guard !authors.isEmpty, authors.count == addresses.count else {
            throw SubmissionRefusal("The From field needs an address")
        }
        return authors
    }

    /// RFC 6409 sections 8.2 and 8.3: the fields that every message has, where this one lacks them.
    static func additions(to message: [UInt8], now: TraceTime, id: String, host: String) -> [UInt8] {
        let header = HeaderBlock(message)
        var fields = ""
        if header.values(of: "Date").isEmpty { fields += "Date: \(now.encoded)\r\n" }
        if header.values(of: "Message-ID").isEmpty { fields += "Message-ID: <\(id)@\(host)>\r\n" }
        return Array(fields.utf8)
    }
}

/// A submission that is not taken for what the message is.
struct SubmissionRefusal: Error {
    let reply: Reply

    init(_ reply: Reply) {
        self.reply = reply
    }

    /// A message that breaks RFC 5322.
    init(_ what: String) {
        reply = Reply(554, EnhancedStatusCode(5, 6, 0), what)
    }
}

/// Looks for a CR or LF that stands alone. Other servers may take such a line end for one: a message with one is not
/// passed on (RFC 5321 section 2.3.8), so that nobody finds a second message in it.
struct LineEnds {
    private var isAfterCarriageReturn = false

    /// Whether the bytes so far end inside a line end.
    var isOpen: Bool { isAfterCarriageReturn }

    /// Whether every line so far ends in CRLF.
    mutating func areWhole(in bytes: [UInt8]) -> Bool {
        for byte in bytes {
            if (byte == 0x0A) != isAfterCarriageReturn { return false }
            isAfterCarriageReturn = byte == 0x0D
        }
        return true
    }
}

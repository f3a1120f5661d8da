// What the client is asked to send.

/// The bytes of a message, read as the network takes them.
package struct OutgoingContent: Sendable {
    /// In bytes. The lines of the message end in CRLF; dots are for the client to stuff.
    package let size: UInt64
    /// Fills a part of the buffer from an offset, and returns how many bytes there are: none only at the end. Called on
    /// a thread that may block.
    package let read: @Sendable (UnsafeMutableRawBufferPointer, _ offset: UInt64) throws -> Int

    package init(
        size: UInt64, read: @escaping @Sendable (UnsafeMutableRawBufferPointer, _ offset: UInt64) throws -> Int
    ) {
        self.size = size
        self.read = read
    }

    /// A message in memory.
    package init(_ bytes: [UInt8]) {
        self.init(size: UInt64(bytes.count)) { buffer, offset in
            let rest = bytes[min(Int(clamping: offset), bytes.count)...].prefix(buffer.count)
            buffer.copyBytes(from: rest)
            return rest.count
        }
    }
}

/// A message and its envelope.
package struct OutgoingMessage: Sendable {
    /// The reverse-path without brackets, as it stands in a command; empty for the null path.
    package let sender: String
    /// Forward-paths without brackets; at least one.
    package let recipients: [String]
    package let content: OutgoingContent

    package init(sender: String, recipients: [String], content: OutgoingContent) {
        self.sender = sender
        self.recipients = recipients
        self.content = content
    }
}

/// A reply of the smarthost.
package struct ServerReply: Sendable, Hashable, CustomStringConvertible {
    /// 200...599.
    package let code: Int
    /// The text of all lines, joined by spaces; as the smarthost wrote it, so not to be trusted with line breaks.
    package let text: String

    package init(code: Int, text: String) {
        self.code = code
        self.text = text
    }

    package var isPositive: Bool { (200..<400).contains(code) }
    package var description: String { "\(code) \(text)" }
}

/// What became of a message for one recipient.
package enum SendOutcome: Sendable, Hashable {
    /// The smarthost has taken it over.
    case accepted
    /// The smarthost refuses it for good.
    case permanent(ServerReply)
    /// Another try later may succeed: a 4xx reply, or what broke the conversation off. In the second case the smarthost
    /// may have the message all the same (RFC 1047).
    case temporary(String)
    /// No conversation came about, for this reason: nothing was sent.
    case unreachable(String)
    /// The caller held the message back when it was asked.
    case withheld

    package var isAccepted: Bool { self == .accepted }
}

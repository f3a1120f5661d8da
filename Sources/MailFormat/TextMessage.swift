// A message that a program wants to send, as the bytes of one: header and body in forms that every server takes.

/// A plain text message (RFC 5322, RFC 2045 to 2047): ASCII throughout, no line longer than 998 bytes, and nothing that it is
/// made of can end a field and begin another.
package struct TextMessage: Sendable {
    /// A name and an address.
    package struct Mailbox: Sendable, Hashable {
        /// Empty for none.
        package let name: String
        /// `local@domain`, ASCII without control characters.
        package let address: String

        /// Reads `address` or `Name <address>`; nil for anything else: two addresses, a
        /// group, an address that is not ASCII, control characters.
        package init?(_ text: String) {
            // What reads mail finds an address in anything; who writes one with a line break means no address.
            guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
            let parsed = AddressList.parse(Array(text.utf8), limit: 4)
            guard parsed.count == 1, let first = parsed.first, let mailbox = first.mailbox, let host = first.host,
                !mailbox.isEmpty, !host.isEmpty, (mailbox + host).allSatisfy({ (0x21..<0x7F).contains($0) })
            else { return nil }
            name = first.name.map { EncodedWord.decode($0) } ?? ""
            address = String(decoding: mailbox + [ASCII.at] + host, as: UTF8.self)
        }

        fileprivate var encoded: String {
            guard !name.isEmpty else { return address }
            return "\(HeaderText.phrase(name)) <\(address)>"
        }
    }

    package var from: Mailbox
    package var to: [Mailbox]
    package var subject: String
    package var body: String
    /// As RFC 5322 3.3 writes it.
    package var date: String
    /// Without its brackets.
    package var messageID: String

    package init(
        from: Mailbox, to: [Mailbox], subject: String, body: String, date: String, messageID: String
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.body = body
        self.date = date
        self.messageID = messageID
    }

    /// The message's bytes.
    package var encoded: [UInt8] {
        let text = TextBody(body)
        let fields = [
            "From: \(from.encoded)", "To: \(to.map(\.encoded).joined(separator: ",\r\n "))",
            "Subject: \(HeaderText.unstructured(subject, after: 9))", "Date: \(date)", "Message-ID: <\(messageID)>",
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=\(text.charset)",
            "Content-Transfer-Encoding: \(text.encoding)",
        ]
        return Array((fields.joined(separator: "\r\n") + "\r\n\r\n").utf8) + text.bytes
    }
}

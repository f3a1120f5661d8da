// A stored envelope read where it lies, for whoever looks at many of them.

/// Where the values of a stored envelope are: offsets into the bytes that it was made of, which may hold many. Nothing is
/// copied. Nil and empty mean what they mean in ``Envelope``.
package struct EnvelopeView: Sendable {
    /// The addresses of one field; ``forEach(in:_:)`` reads them.
    package struct Addresses: Sendable {
        package let count: Int
        /// Where the first begins.
        fileprivate let start: Int
        fileprivate let end: Int
    }

    /// Where the strings of one address are.
    package struct Address: Sendable {
        package let name: Range<Int>?
        package let route: Range<Int>?
        package let mailbox: Range<Int>?
        package let host: Range<Int>?
    }

    package let date: Range<Int>?
    package let subject: Range<Int>?
    package let from: Addresses
    package let sender: Addresses
    package let replyTo: Addresses
    package let to: Addresses
    package let cc: Addresses
    package let bcc: Addresses
    package let inReplyTo: Range<Int>?
    package let messageID: Range<Int>?

    /// Reads what `Envelope.encoded()` gave.
    ///
    /// - Parameters:
    ///   - bytes: hold it.
    ///   - range: of it alone.
    package init(_ bytes: [UInt8], at range: Range<Int>) throws(StoredFormatError) {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else { throw .truncated(offset: bytes.count) }
        self = try StoredFormatReader.read(bytes.span.bytes, in: range) { (reader) throws(StoredFormatError) in
            try reader.readEnvelopeVersion()
            return try EnvelopeView(from: &reader)
        }
    }

    private init(from reader: inout StoredFormatReader) throws(StoredFormatError) {
        date = try reader.skipString()
        subject = try reader.skipString()
        let from = try Addresses(from: &reader)
        self.from = from
        sender = try Addresses(from: &reader, defaultingTo: from)
        replyTo = try Addresses(from: &reader, defaultingTo: from)
        to = try Addresses(from: &reader)
        cc = try Addresses(from: &reader)
        bcc = try Addresses(from: &reader)
        inReplyTo = try reader.skipString()
        messageID = try reader.skipString()
    }
}

extension EnvelopeView.Addresses {
    fileprivate init(from reader: inout StoredFormatReader) throws(StoredFormatError) {
        try self.init(count: try reader.readCount(), from: &reader)
    }

    /// As the stored form of sender and reply-to says: one more than their number, or 0 for the same as from.
    fileprivate init(from reader: inout StoredFormatReader, defaultingTo from: Self) throws(StoredFormatError) {
        let number = try reader.readCount()
        if number == 0 {
            self = from
        } else {
            try self.init(count: number - 1, from: &reader)
        }
    }

    private init(count: Int, from reader: inout StoredFormatReader) throws(StoredFormatError) {
        self.count = count
        start = reader.offset
        for _ in 0..<count {
            for _ in 0..<4 { _ = try reader.skipString() }
        }
        end = reader.offset
    }

    /// Reads the addresses one after the other.
    ///
    /// - Parameter bytes: those that the view was made of.
    package func forEach(in bytes: UnsafeBufferPointer<UInt8>, _ body: (EnvelopeView.Address) -> Void) {
        // The bytes were read once already, so they do not fail now; others than those give no address more.
        guard count > 0, end <= bytes.count else { return }
        try? StoredFormatReader.read(bytes.span.bytes, in: start..<end) { (reader) throws(StoredFormatError) in
            for _ in 0..<count {
                body(
                    EnvelopeView.Address(
                        name: try reader.skipString(), route: try reader.skipString(),
                        mailbox: try reader.skipString(), host: try reader.skipString()))
            }
        }
    }
}

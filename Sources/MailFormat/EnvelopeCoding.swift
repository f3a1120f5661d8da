// How an envelope is stored.

/// The stored form, version 1:
///
///     envelope  = %x01 date subject from sender reply-to to cc bcc in-reply-to message-id
///     sender    = number(0) for "the same as from" / number(count + 1) *address       reply-to likewise
///     others    = number(count) *address
///     address   = name route mailbox host                                             each a string
extension Envelope {
    fileprivate static let version: UInt8 = 1

    /// The envelope as bytes to store.
    package func encoded() -> [UInt8] {
        var writer = StoredFormatWriter()
        writer.write(byte: Self.version)
        write(to: &writer)
        return writer.bytes
    }

    /// Reads what ``encoded()`` gave.
    package init(encoded bytes: RawSpan) throws(StoredFormatError) {
        self = try StoredFormatReader.read(bytes) { (reader) throws(StoredFormatError) in
            try reader.readEnvelopeVersion()
            return try Envelope(from: &reader)
        }
    }

    /// Reads what ``encoded()`` gave.
    package init(encoded bytes: [UInt8]) throws(StoredFormatError) {
        try self.init(encoded: bytes.span.bytes)
    }

    func write(to writer: inout StoredFormatWriter) {
        writer.write(string: date)
        writer.write(string: subject)
        writer.write(list: from, Self.write)
        for list in [sender, replyTo] {
            if list == from {
                writer.write(count: 0)
            } else {
                writer.write(count: list.count + 1)
                for address in list { Self.write(&writer, address) }
            }
        }
        writer.write(list: to, Self.write)
        writer.write(list: cc, Self.write)
        writer.write(list: bcc, Self.write)
        writer.write(string: inReplyTo)
        writer.write(string: messageID)
    }

    init(from reader: inout StoredFormatReader) throws(StoredFormatError) {
        let date = try reader.readString()
        let subject = try reader.readString()
        let from = try reader.readList(Self.readAddress)
        self.init(
            date: date, subject: subject, from: from,
            sender: try Self.readAddresses(&reader, defaultingTo: from),
            replyTo: try Self.readAddresses(&reader, defaultingTo: from),
            to: try reader.readList(Self.readAddress), cc: try reader.readList(Self.readAddress),
            bcc: try reader.readList(Self.readAddress), inReplyTo: try reader.readString(),
            messageID: try reader.readString())
    }

    private static func write(_ writer: inout StoredFormatWriter, _ address: EnvelopeAddress) {
        writer.write(string: address.name)
        writer.write(string: address.route)
        writer.write(string: address.mailbox)
        writer.write(string: address.host)
    }

    private static func readAddress(
        _ reader: inout StoredFormatReader
    ) throws(StoredFormatError) -> EnvelopeAddress {
        EnvelopeAddress(
            name: try reader.readString(), route: try reader.readString(), mailbox: try reader.readString(),
            host: try reader.readString())
    }

    private static func readAddresses(
        _ reader: inout StoredFormatReader, defaultingTo from: [EnvelopeAddress]
    ) throws(StoredFormatError) -> [EnvelopeAddress] {
        // The list has one element less than the number says; fields that follow it make up for the byte.
        let number = try reader.readCount()
        guard number > 0 else { return from }
        var list: [EnvelopeAddress] = []
        for _ in 1..<number { list.append(try readAddress(&reader)) }
        return list
    }
}

extension StoredFormatReader {
    /// Reads the first byte of a stored envelope.
    mutating func readEnvelopeVersion() throws(StoredFormatError) {
        let version = try readByte()
        guard version == Envelope.version else { throw .unknownVersion(version) }
    }
}

// How a body structure is stored.

/// The stored form, version 1:
///
///     structure = %x01 part
///     part      = shape type subtype encoding gap header-size body-size lines
///                 [parameters] [rare] contents
///     shape     = OCTET: bits 0-1 the contents (0 leaf, 1 multipart, 2 message), bit 2 parameters, bit 3 rare fields
///     gap       = number: from the end of the part before, or the start of the body around, to the header
///     rare      = OCTET whose bits say which of id, description, md5, disposition, language, location follow
///     contents  = / number(count) *part / envelope part
extension BodyPart {
    private static let version: UInt8 = 1

    private enum Shape {
        static let contents: UInt8 = 0b0011
        static let parameters: UInt8 = 0b0100
        static let rare: UInt8 = 0b1000
        static let known: UInt8 = 0b1111
    }

    private enum Rare {
        static let id: UInt8 = 1 << 0
        static let description: UInt8 = 1 << 1
        static let md5: UInt8 = 1 << 2
        static let disposition: UInt8 = 1 << 3
        static let language: UInt8 = 1 << 4
        static let location: UInt8 = 1 << 5
        static let known: UInt8 = 0b11_1111
    }

    /// The structure as bytes to store.
    package func encoded() -> [UInt8] {
        var writer = StoredFormatWriter()
        writer.write(byte: Self.version)
        write(to: &writer, cursor: 0)
        return writer.bytes
    }

    /// Reads what ``encoded()`` gave.
    package init(encoded bytes: RawSpan) throws(StoredFormatError) {
        self = try StoredFormatReader.read(bytes) { (reader) throws(StoredFormatError) in
            let version = try reader.readByte()
            guard version == Self.version else { throw .unknownVersion(version) }
            return try BodyPart(from: &reader, cursor: 0, depth: 1)
        }
    }

    /// Reads what ``encoded()`` gave.
    package init(encoded bytes: [UInt8]) throws(StoredFormatError) {
        try self.init(encoded: bytes.span.bytes)
    }

    private var rareFields: UInt8 {
        (id == nil ? 0 : Rare.id) | (description == nil ? 0 : Rare.description) | (md5 == nil ? 0 : Rare.md5)
            | (disposition == nil ? 0 : Rare.disposition) | (language.isEmpty ? 0 : Rare.language)
            | (location == nil ? 0 : Rare.location)
    }

    private func write(to writer: inout StoredFormatWriter, cursor: UInt64) {
        let rare = rareFields
        let shape: UInt8 =
            switch contents {
            case .leaf: 0
            case .multipart: 1
            case .message: 2
            }
        writer.write(
            byte: shape | (parameters.isEmpty ? 0 : Shape.parameters) | (rare == 0 ? 0 : Shape.rare))
        writer.write(token: mediaType)
        writer.write(token: subtype)
        writer.write(token: encoding)
        // Parts come in the order of their bytes, each inside the one around it, so the gap is not negative.
        writer.write(number: start - min(cursor, start))
        writer.write(number: bodyStart - start)
        writer.write(number: octets)
        writer.write(number: lines)
        if !parameters.isEmpty { writer.write(list: parameters, Self.write) }
        if rare != 0 { writeRare(rare, to: &writer) }
        switch contents {
        case .leaf: break
        case .multipart(let children):
            writer.write(count: children.count)
            var cursor = bodyStart
            for child in children {
                child.write(to: &writer, cursor: cursor)
                cursor = child.bodyEnd
            }
        case .message(let message):
            message.envelope.write(to: &writer)
            message.structure.write(to: &writer, cursor: bodyStart)
        }
    }

    private func writeRare(_ rare: UInt8, to writer: inout StoredFormatWriter) {
        writer.write(byte: rare)
        if let id { writer.write(string: id) }
        if let description { writer.write(string: description) }
        if let md5 { writer.write(string: md5) }
        if let disposition {
            writer.write(token: disposition.kind)
            writer.write(list: disposition.parameters, Self.write)
        }
        if !language.isEmpty { writer.write(list: language) { $0.write(string: $1) } }
        if let location { writer.write(string: location) }
    }

    private static func write(_ writer: inout StoredFormatWriter, _ parameter: Parameter) {
        writer.write(token: parameter.name)
        writer.write(string: parameter.value)
    }

    private init(from reader: inout StoredFormatReader, cursor: UInt64, depth: Int) throws(StoredFormatError) {
        guard depth <= Self.maximumDepth else { throw .tooDeep }
        let shape = try reader.readByte()
        guard shape & ~Shape.known == 0 else { throw .invalid(offset: reader.offset) }
        mediaType = try reader.readToken()
        subtype = try reader.readToken()
        encoding = try reader.readToken()
        start = try reader.readOffset(from: cursor)
        bodyStart = try reader.readOffset(from: start)
        bodyEnd = try reader.readOffset(from: bodyStart)
        lines = try reader.readNumber()
        parameters = shape & Shape.parameters == 0 ? [] : try reader.readList(Self.readParameter)
        language = []
        contents = .leaf
        if shape & Shape.rare != 0 { try readRare(&reader) }
        switch shape & Shape.contents {
        case 0: break
        case 1:
            var cursor = bodyStart
            let children = try reader.readList { (reader) throws(StoredFormatError) in
                let child = try BodyPart(from: &reader, cursor: cursor, depth: depth + 1)
                cursor = child.bodyEnd
                return child
            }
            guard !children.isEmpty else { throw .invalid(offset: reader.offset) }
            contents = .multipart(children)
        case 2:
            let envelope = try Envelope(from: &reader)
            let structure = try BodyPart(from: &reader, cursor: bodyStart, depth: depth + 1)
            contents = .message(EmbeddedMessage(envelope: envelope, structure: structure))
        default: throw .invalid(offset: reader.offset)
        }
    }

    private mutating func readRare(_ reader: inout StoredFormatReader) throws(StoredFormatError) {
        let rare = try reader.readByte()
        guard rare & ~Rare.known == 0 else { throw .invalid(offset: reader.offset) }
        if rare & Rare.id != 0 { id = try reader.readRequiredString() }
        if rare & Rare.description != 0 { description = try reader.readRequiredString() }
        if rare & Rare.md5 != 0 { md5 = try reader.readRequiredString() }
        if rare & Rare.disposition != 0 {
            let kind = try reader.readToken()
            disposition = Disposition(kind: kind, parameters: try reader.readList(Self.readParameter))
        }
        if rare & Rare.language != 0 {
            language = try reader.readList { (reader) throws(StoredFormatError) in try reader.readRequiredString() }
        }
        if rare & Rare.location != 0 { location = try reader.readRequiredString() }
    }

    private static func readParameter(_ reader: inout StoredFormatReader) throws(StoredFormatError) -> Parameter {
        Parameter(name: try reader.readToken(), value: try reader.readRequiredString())
    }
}

extension StoredFormatReader {
    /// Reads a distance and gives the offset in the message it leads to.
    fileprivate mutating func readOffset(from base: UInt64) throws(StoredFormatError) -> UInt64 {
        let (sum, isTooLarge) = base.addingReportingOverflow(try readNumber())
        guard !isTooLarge else { throw .invalid(offset: offset) }
        return sum
    }
}

// FETCH responses, item by item, so that no value has to be built for what is written once.

extension ResponseEncoder {
    /// Begins the FETCH response of a message; the items follow, then `endFetch()`.
    ///
    ///     message-data = nz-number SP ("EXPUNGE" / ("FETCH" SP msg-att))
    ///     msg-att      = "(" (msg-att-dynamic / msg-att-static) *(SP (msg-att-dynamic / msg-att-static)) ")"
    package mutating func beginFetch(_ number: UInt32) {
        append("* ")
        append(number: number)
        append(" FETCH (")
        needsSpace = false
    }

    /// The same for a client that knows no message numbers.
    ///
    /// RFC 9586 4
    ///
    ///     uidfetch-resp = uniqueid SP "UIDFETCH" SP msg-att
    package mutating func beginUIDFetch(_ uid: UInt32) {
        append("* ")
        append(number: uid)
        append(" UIDFETCH (")
        needsSpace = false
    }

    package mutating func endFetch() {
        append(")\r\n")
    }

    package mutating func fetchFlags(_ flags: some Sequence<Flag>) {
        begin("FLAGS ")
        append(flags: flags)
    }

    /// - Parameter list: what `append(flags:)` wrote.
    package mutating func fetchFlags(encoded list: [UInt8]) {
        begin("FLAGS ")
        appendVerbatim(list)
    }

    ///     "(" [flag *(SP flag)] ")"
    package mutating func append(flags: some Sequence<Flag>) {
        appendList(flags) { $0.append(flag: $1) }
    }

    package mutating func fetchUID(_ uid: UInt32) {
        begin("UID ")
        append(number: uid)
    }

    package mutating func fetchInternalDate(_ date: DateTime) {
        begin("INTERNALDATE ")
        append(dateTime: date)
    }

    /// - Parameter octets: the size of the message.
    package mutating func fetchSize(_ octets: UInt64) {
        begin("RFC822.SIZE ")
        append(number: octets)
    }

    /// RFC 7162 7
    package mutating func fetchModSequence(_ modSequence: UInt64) {
        begin("MODSEQ (")
        append(number: modSequence)
        append(")")
    }

    package mutating func fetchEnvelope(_ envelope: EnvelopeValue) {
        begin("ENVELOPE ")
        append(envelope: envelope)
    }

    /// - Parameter extended: BODYSTRUCTURE with extension data, or BODY without.
    package mutating func fetchBodyStructure(_ structure: BodyStructureValue, extended: Bool) {
        begin(extended ? "BODYSTRUCTURE " : "BODY ")
        append(structure: structure, extended: extended)
    }

    /// RFC 8474 7
    package mutating func fetchEmailID(_ id: ObjectID) {
        begin("EMAILID (")
        append(word: id.string)
        append(")")
    }

    /// RFC 8474 7
    package mutating func fetchThreadID(_ id: ObjectID?) {
        begin("THREADID ")
        guard let id else { return append("NIL") }
        append("(")
        append(word: id.string)
        append(")")
    }

    /// RFC 8514 5
    package mutating func fetchSaveDate(_ date: DateTime?) {
        begin("SAVEDATE ")
        if let date { append(dateTime: date) } else { append("NIL") }
    }

    /// RFC 8970 6; nil while there is none, as LAZY allows.
    package mutating func fetchPreview(_ text: [UInt8]?) {
        begin("PREVIEW ")
        append(nstring: text?[...])
    }

    /// RFC 3516 4.3; the size after decoding.
    package mutating func fetchBinarySize(part: [UInt32], octets: UInt64) {
        begin("BINARY.SIZE[")
        append(part: part)
        append("] ")
        append(number: octets)
    }

    /// The content of an item that has one (`rfc822`, `rfc822Header`, `rfc822Text`, `bodySection`, `binary`): a literal,
    /// or NIL when the message has no such part.
    package mutating func fetchContent(of item: FetchItem, _ content: ArraySlice<UInt8>?) {
        guard begin(contentOf: item) else { return }
        guard let content else { return append("NIL") }
        if case .binary = item {
            append(content: content, mayBeBinary: true)
        } else {
            append(content: content, mayBeBinary: false)
        }
    }

    /// As `fetchContent`, but only up to the announcement of a literal of `size` bytes, which the caller sends after what
    /// is written so far. In a literal that is not `binary` each NUL has to be replaced (`replaceNULs(in:)`).
    package mutating func fetchContentHeader(of item: FetchItem, size: UInt64, binary: Bool = false) {
        guard begin(contentOf: item) else { return }
        append(literalOf: size, binary: binary)
    }

    mutating func begin(_ name: StaticString) {
        if needsSpace { appendSpace() }
        needsSpace = true
        append(name)
    }

    /// Writes the item's name as the response has it; false, with nothing written, for an item without content.
    private mutating func begin(contentOf item: FetchItem) -> Bool {
        switch item {
        case .rfc822: begin("RFC822 ")
        case .rfc822Header: begin("RFC822.HEADER ")
        case .rfc822Text: begin("RFC822.TEXT ")
        case .bodySection(let section, let partial, _):
            begin("BODY[")
            append(section: section)
            append(endOfSection: partial)
        case .binary(let part, let partial, _):
            begin("BINARY[")
            append(part: part)
            append(endOfSection: partial)
        case .envelope, .flags, .internalDate, .rfc822Size, .body, .bodyStructure, .uid, .binarySize, .modSequence,
            .emailID, .threadID, .saveDate, .preview:
            return false
        }
        return true
    }

    ///     "BODY" section ["<" number ">"] SP nstring
    private mutating func append(endOfSection partial: Partial?) {
        append("]")
        if let partial {
            append("<")
            append(number: partial.offset)
            append(">")
        }
        appendSpace()
    }

    ///     section-part = nz-number *("." nz-number)
    private mutating func append(part: [UInt32]) {
        for (index, number) in part.enumerated() {
            if index > 0 { append(UInt8(ascii: ".")) }
            append(number: number)
        }
    }

    ///     section-spec = section-msgtext / (section-part ["." section-text])
    private mutating func append(section: SectionSpec) {
        append(part: section.part)
        guard let text = section.text else { return }
        if !section.part.isEmpty { append(UInt8(ascii: ".")) }
        switch text {
        case .header: append("HEADER")
        case .text: append("TEXT")
        case .mime: append("MIME")
        case .headerFields(let names):
            append("HEADER.FIELDS ")
            appendList(names) { $0.append(astring: $1) }
        case .headerFieldsNot(let names):
            append("HEADER.FIELDS.NOT ")
            appendList(names) { $0.append(astring: $1) }
        }
    }
}

// ENVELOPE, and BODY and BODYSTRUCTURE.

extension ResponseEncoder {
    /// Parts in each other that are written; what lies deeper is shown as an empty text. Far deeper than real mail, and
    /// shallow enough for any stack.
    static let maximumPartDepth = 128

    ///     envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP
    ///                env-bcc SP env-in-reply-to SP env-message-id ")"
    package mutating func append(envelope: EnvelopeValue) {
        startEnvelope()
        appendEnvelope(string: envelope.date)
        appendEnvelope(string: envelope.subject)
        for addresses in [
            envelope.from, envelope.sender, envelope.replyTo, envelope.to, envelope.cc, envelope.bcc,
        ] {
            beginAddresses(count: addresses.count)
            for address in addresses {
                beginAddress()
                appendEnvelope(string: address.name)
                appendEnvelope(string: address.route)
                appendEnvelope(string: address.mailbox)
                appendEnvelope(string: address.host)
                endAddress()
            }
            endAddresses(count: addresses.count)
        }
        appendEnvelope(string: envelope.inReplyTo)
        appendEnvelope(string: envelope.messageID)
        endEnvelope()
    }

    /// The item ENVELOPE value by value, in the order of the syntax: date, subject, the six lists of addresses,
    /// in-reply-to, message-id; then `endEnvelope()`.
    package mutating func beginEnvelope() {
        begin("ENVELOPE ")
        startEnvelope()
    }

    private mutating func startEnvelope() {
        append("(")
        needsSpace = false
    }

    package mutating func appendEnvelope(string: ArraySlice<UInt8>?) {
        separate()
        append(nstring: string)
    }

    /// The same of bytes that lie elsewhere.
    package mutating func appendEnvelope(string: UnsafeBufferPointer<UInt8>?) {
        separate()
        if let string { append(string: string) } else { append("NIL") }
    }

    /// Begins a list of addresses; for each follow `beginAddress`, four strings and `endAddress`, then `endAddresses`.
    package mutating func beginAddresses(count: Int) {
        separate()
        append(count == 0 ? "NIL" : "(")
    }

    package mutating func endAddresses(count: Int) {
        if count > 0 { append(")") }
        needsSpace = true
    }

    ///     address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
    package mutating func beginAddress() {
        append("(")
        needsSpace = false
    }

    package mutating func endAddress() {
        append(")")
    }

    package mutating func endEnvelope() {
        append(")")
        needsSpace = true
    }

    private mutating func separate() {
        if needsSpace { appendSpace() }
        needsSpace = true
    }

    ///     body = "(" (body-type-1part / body-type-mpart) ")"
    ///
    /// - Parameter extended: whether extension data is written.
    package mutating func append(structure: BodyStructureValue, extended: Bool) {
        append(structure: structure, extended: extended, depth: 0)
    }

    private mutating func append(structure: BodyStructureValue, extended: Bool, depth: Int) {
        guard depth < ResponseEncoder.maximumPartDepth else {
            return append("(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0)")
        }
        append("(")
        if case .multipart(let parts) = structure.content {
            append(parts: parts, of: structure, extended: extended, depth: depth)
        } else {
            append(singlePart: structure, extended: extended, depth: depth)
        }
        append(")")
    }

    ///     body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
    ///     body-ext-mpart  = body-fld-param [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc]]]
    private mutating func append(
        parts: [BodyStructureValue], of structure: BodyStructureValue, extended: Bool, depth: Int
    ) {
        if parts.isEmpty {
            append("(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0)")
        }
        for part in parts { append(structure: part, extended: extended, depth: depth + 1) }
        appendSpace()
        append(string: structure.subtype)
        guard extended else { return }
        appendSpace()
        append(parameters: structure.parameters)
        append(extensionsOf: structure)
    }

    ///     body-type-basic = media-basic SP body-fields
    ///     body-type-text  = media-text SP body-fields SP body-fld-lines
    ///     body-type-msg   = media-message SP body-fields SP envelope SP body SP body-fld-lines
    ///     body-fields     = body-fld-param SP body-fld-id SP body-fld-desc SP body-fld-enc SP body-fld-octets
    ///     body-ext-1part  = body-fld-md5 [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc]]]
    private mutating func append(singlePart structure: BodyStructureValue, extended: Bool, depth: Int) {
        append(string: structure.type)
        appendSpace()
        append(string: structure.subtype)
        appendSpace()
        append(parameters: structure.parameters)
        appendSpace()
        append(nstring: structure.id)
        appendSpace()
        append(nstring: structure.description)
        appendSpace()
        append(string: structure.encoding)
        appendSpace()
        append(number: structure.octets)
        switch structure.content {
        case .text(let lines):
            appendSpace()
            append(number: lines)
        case .message(let envelope, let body, let lines):
            appendSpace()
            append(envelope: envelope)
            appendSpace()
            append(structure: body, extended: extended, depth: depth + 1)
            appendSpace()
            append(number: lines)
        case .basic, .multipart:
            break
        }
        guard extended else { return }
        appendSpace()
        append(nstring: structure.md5)
        append(extensionsOf: structure)
    }

    ///     body-fld-param = "(" string SP string *(SP string SP string) ")" / nil
    private mutating func append(parameters: [BodyStructureValue.Parameter]) {
        guard !parameters.isEmpty else { return append("NIL") }
        appendList(parameters) { encoder, parameter in
            encoder.append(string: parameter.name)
            encoder.appendSpace()
            encoder.append(string: parameter.value)
        }
    }

    ///     body-fld-dsp  = "(" string SP body-fld-param ")" / nil
    ///     body-fld-lang = nstring / "(" string *(SP string) ")"
    ///     body-fld-loc  = nstring
    private mutating func append(extensionsOf structure: BodyStructureValue) {
        appendSpace()
        if let disposition = structure.disposition {
            append("(")
            append(string: disposition.type)
            appendSpace()
            append(parameters: disposition.parameters)
            append(")")
        } else {
            append("NIL")
        }
        appendSpace()
        if structure.language.isEmpty {
            append("NIL")
        } else {
            appendList(structure.language) { $0.append(string: $1) }
        }
        appendSpace()
        append(nstring: structure.location)
    }
}

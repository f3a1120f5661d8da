// ENVELOPE, and BODY and BODYSTRUCTURE.

extension ResponseEncoder {
    /// Parts in each other that are written; what lies deeper is shown as an empty text. Far deeper than real mail, and
    /// shallow enough for any stack.
    static let maximumPartDepth = 128

    ///     envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP
    ///                env-bcc SP env-in-reply-to SP env-message-id ")"
    package mutating func append(envelope: EnvelopeValue) {
        append("(")
        append(nstring: envelope.date)
        appendSpace()
        append(nstring: envelope.subject)
        appendSpace()
        append(addresses: envelope.from)
        appendSpace()
        append(addresses: envelope.sender)
        appendSpace()
        append(addresses: envelope.replyTo)
        appendSpace()
        append(addresses: envelope.to)
        appendSpace()
        append(addresses: envelope.cc)
        appendSpace()
        append(addresses: envelope.bcc)
        appendSpace()
        append(nstring: envelope.inReplyTo)
        appendSpace()
        append(nstring: envelope.messageID)
        append(")")
    }

    ///     address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
    private mutating func append(addresses: [AddressValue]) {
        guard !addresses.isEmpty else { return append("NIL") }
        append("(")
        for address in addresses {
            append("(")
            append(nstring: address.name)
            appendSpace()
            append(nstring: address.route)
            appendSpace()
            append(nstring: address.mailbox)
            appendSpace()
            append(nstring: address.host)
            append(")")
        }
        append(")")
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

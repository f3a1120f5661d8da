import IMAPSyntax
import MailFormat

extension BodyStructureValue {
    /// The structure of a message as IMAP writes it (RFC 9051 7.5.2). Its depth is bounded where it was parsed.
    init(_ part: BodyPart) {
        let content: Content
        switch part.contents {
        case .multipart(let children): content = .multipart(children.map { BodyStructureValue($0) })
        case .message(let message):
            content = .message(
                EnvelopeValue(message.envelope), BodyStructureValue(message.structure), lines: part.lines)
        case .leaf: content = part.mediaType == "text" ? .text(lines: part.lines) : .basic
        }
        self.init(
            content: content, type: ArraySlice(part.mediaType.utf8), subtype: ArraySlice(part.subtype.utf8),
            parameters: part.parameters.map(Parameter.init), id: part.id?[...],
            description: part.description?[...], encoding: ArraySlice(part.encoding.utf8), octets: part.octets,
            md5: part.md5?[...],
            disposition: part.disposition.map {
                Disposition(type: ArraySlice($0.kind.utf8), parameters: $0.parameters.map(Parameter.init))
            },
            language: part.language.map { $0[...] }, location: part.location?[...])
    }
}

extension BodyStructureValue.Parameter {
    fileprivate init(_ parameter: MailFormat.Parameter) {
        self.init(name: ArraySlice(parameter.name.utf8), value: parameter.value[...])
    }
}

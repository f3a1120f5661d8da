import MailFormat

/// What a delivery, a search and a FETCH do with a message.
enum MailRows {
    static let all = [
        Row(name: "message-text") {
            let message = Inputs.text
            return { keep(ParsedMessage(message)) }
        },
        Row(name: "message-mixed") {
            let message = Inputs.mixed
            return { keep(ParsedMessage(message)) }
        },
        Row(name: "stored-form-write") {
            let message = ParsedMessage(Inputs.mixed)
            return { keep((message.envelope.encoded(), message.structure.encoded())) }
        },
        Row(name: "stored-form-read") {
            let structure = ParsedMessage(Inputs.mixed).structure.encoded()
            return { keep(try BodyPart(encoded: structure)) }
        },
        Row(name: "search-subject") {
            let envelope = ParsedMessage(Inputs.text).envelope.encoded()
            let needle = CasemappedText("maschine")
            return {
                guard let subject = try EnvelopeView(envelope, at: envelope.indices).subject else { return }
                keep(CasemappedText(header: envelope[subject]).contains(needle))
            }
        },
        Row(name: "decode-base64") { decoding(.base64) },
        Row(name: "decode-quoted-printable") { decoding(.quotedPrintable) },
    ]

    /// Decodes the first part of the mixed message with that encoding.
    private static func decoding(_ encoding: TransferEncoding) -> () -> Void {
        let message = Inputs.mixed
        let path = encoding == .base64 ? [2] : [1, 1]
        guard let range = ParsedMessage(message).structure.range(of: Section(path: path, kind: .whole)) else {
            preconditionFailure("the message has no such part")
        }
        let octets = Array(message[Int(range.lowerBound)..<Int(range.upperBound)])
        return {
            var decoder = TransferDecoder(encoding)
            keep(decoder.feed(octets.span.bytes))
            keep(decoder.finish())
        }
    }
}

// The beginning of a text, from which the preview of a message is made (RFC 8970).

/// The first bytes of a text part, in their transfer encoding.
package struct PreviewSample: Sendable, Equatable {
    /// Bytes of a part that are looked at: HTML has its styles before its words.
    package static let maximumSize = 32_768
    /// Unicode scalars of a preview (RFC 8970 3.3).
    package static let maximumLength = 200

    let isHTML: Bool
    let encoding: String
    let charset: [UInt8]?
    private(set) var bytes: [UInt8]

    init(isHTML: Bool, encoding: String, charset: [UInt8]?, bytes: [UInt8] = []) {
        self.isHTML = isHTML
        self.encoding = encoding
        self.charset = charset
        self.bytes = bytes
    }

    /// - Parameter bytes: the beginning of the body of the part.
    package init(_ part: BodyPart, _ bytes: [UInt8]) {
        self.init(
            isHTML: part.subtype == "html", encoding: part.encoding, charset: part.parameter("charset"),
            bytes: Array(bytes.prefix(Self.maximumSize)))
    }

    mutating func append(_ piece: RawSpan) {
        bytes.append(contentsOf: piece.bytes(0..<min(piece.byteCount, Self.maximumSize - bytes.count)))
    }

    /// The preview: one line of at most 200 characters, empty where there is nothing to read.
    package var preview: String {
        var decoder = TransferDecoder(TransferEncoding(encoding) ?? .identity)
        let decoded = decoder.feed(bytes.span.bytes) + decoder.finish()
        let text = charset.flatMap { Charset.decode(decoded, charset: $0) } ?? String(decoding: decoded, as: UTF8.self)
        if isHTML { return Self.shorten(HTMLText.words(of: text)) }
        let own = Self.shorten(Self.withoutQuotes(text))
        return own.isEmpty ? Self.shorten(text) : own
    }

    /// The lines that are not quoted from another message, up to the signature (RFC 3676 4.3).
    private static func withoutQuotes(_ text: String) -> String {
        var kept = ""
        for line in text.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline) {
            if line == "-- " { break }
            if !line.hasPrefix(">") { kept += "\(line)\n" }
        }
        return kept
    }

    /// The text with every run of white space made a space, and without what cannot be seen, such as the characters that
    /// newsletters fill their previews with.
    private static func shorten(_ text: String) -> String {
        var short = String.UnicodeScalarView()
        var length = 0
        var needsSpace = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                needsSpace = length > 0
                continue
            }
            switch scalar.properties.generalCategory {
            case .control, .surrogate, .privateUse, .unassigned: continue
            case .format where scalar != "\u{200D}": continue
            default: break
            }
            if scalar == "\u{034F}" { continue }
            if needsSpace {
                short.append(" ")
                length += 1
                needsSpace = false
            }
            guard length < maximumLength else { break }
            short.append(scalar)
            length += 1
        }
        // The sample may have been cut within a character.
        while let last = short.last, last == "\u{FFFD}" || last == " " { short.removeLast() }
        return String(short)
    }
}

extension BodyPart {
    /// The texts that a preview can be made of, the better first: the first plain one, and the first in HTML, that are
    /// neither attached nor in a message within the message.
    package var previewParts: [BodyPart] {
        let texts = ownTexts
        return ["plain", "html"].compactMap { subtype in texts.first { $0.subtype == subtype } }
    }

    private var ownTexts: [BodyPart] {
        switch contents {
        case .leaf: mediaType == "text" && disposition?.kind != "attachment" ? [self] : []
        case .multipart(let children): children.flatMap(\.ownTexts)
        case .message: []
        }
    }
}

/// Takes samples of the same texts while a message streams by.
struct PreviewCollector: Sendable {
    private var plain: (sample: PreviewSample, start: UInt64)?
    private var html: (sample: PreviewSample, start: UInt64)?
    /// Whether the plain text, as it was when HTML began, makes that needless.
    private var hasPlain: Bool?

    /// Takes a piece of the body of an entity that has no parts.
    mutating func read(_ piece: RawSpan, of entity: OpenEntity) {
        guard entity.fields.mediaType == "text", entity.fields.disposition?.kind != "attachment" else { return }
        switch entity.fields.subtype {
        case "plain": Self.read(piece, of: entity, into: &plain)
        case "html":
            let needless = hasPlain ?? (plain?.sample.preview.isEmpty == false)
            hasPlain = needless
            if !needless { Self.read(piece, of: entity, into: &html) }
        default: break
        }
    }

    /// Of the plain text, or of the HTML where that says nothing.
    var preview: String {
        let text = plain?.sample.preview ?? ""
        return text.isEmpty ? html?.sample.preview ?? "" : text
    }

    private static func read(
        _ piece: RawSpan, of entity: OpenEntity, into place: inout (sample: PreviewSample, start: UInt64)?
    ) {
        if place == nil {
            let charset = entity.fields.parameters.first { $0.name == "charset" }?.value
            place = (
                PreviewSample(
                    isHTML: entity.fields.subtype == "html", encoding: entity.fields.encoding, charset: charset),
                entity.start
            )
        }
        if place?.start == entity.start { place?.sample.append(piece) }
    }
}

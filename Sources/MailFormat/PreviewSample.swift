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
        let count = min(piece.byteCount, Self.maximumSize - bytes.count)
        piece.extracting(0..<count).withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// The preview: one line of at most 200 characters, empty where there is nothing to read.
    package var preview: String {
        var decoder = TransferDecoder(TransferEncoding(encoding) ?? .identity)
        let decoded = decoder.feed(bytes.span.bytes) + decoder.finish()
        let text = charset.flatMap { Charset.decode(decoded, charset: $0) } ?? String(decoding: decoded, as: UTF8.self)
        if isHTML { return Self.shorten(HTMLText.words(of: text)) }
        let own = Self.shorten(ownLines: Array(text.utf8))
        return own.isEmpty ? Self.shorten(text) : own
    }

    /// Of the lines that are not quoted from another message, up to the signature (RFC 3676 4.3).
    private static func shorten(ownLines text: [UInt8]) -> String {
        var preview = PreviewLine(maximumLength: maximumLength)
        var rest = text[...]
        while !rest.isEmpty, !preview.isFull {
            let line = rest[..<(rest.firstIndex(where: Self.isLineEnd) ?? rest.endIndex)]
            rest = rest[line.endIndex...].dropFirst()
            if line.elementsEqual("-- ".utf8) { break }
            if line.first != UInt8(ascii: ">") { preview.append(line) }
        }
        return preview.text
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

    private static func shorten(_ text: String) -> String {
        var preview = PreviewLine(maximumLength: maximumLength)
        preview.append(Array(text.utf8)[...])
        return preview.text
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
    /// A text that may be sampled.
    private struct Source {
        let start: UInt64
        let sample: PreviewSample
        var hasBegun = false
    }

    private var plain: (sample: PreviewSample, start: UInt64)?
    private var html: (sample: PreviewSample, start: UInt64)?
    /// Whether the plain text, as it was when HTML began, makes that needless.
    private var hasPlain: Bool?
    /// What is read now; nil where that is no text of the message itself.
    private var source: Source?

    /// The entity whose body comes next.
    mutating func begin(_ entity: OpenEntity?) {
        source = nil
        guard let entity, case .leaf = entity.body, entity.fields.mediaType == "text",
            ["plain", "html"].contains(entity.fields.subtype), entity.fields.disposition?.kind != "attachment"
        else { return }
        let charset = entity.fields.parameters.first { $0.name == "charset" }?.value
        source = Source(
            start: entity.start,
            sample: PreviewSample(
                isHTML: entity.fields.subtype == "html", encoding: entity.fields.encoding, charset: charset))
    }

    /// Takes a piece of its body.
    mutating func read(_ piece: RawSpan) {
        guard let begun = source?.hasBegun else { return }
        if !begun { takePlace() }
        switch source?.sample.isHTML {
        case true?: html?.sample.append(piece)
        case false?: plain?.sample.append(piece)
        case nil: break
        }
    }

    /// The first text of each kind that has something in it is the one; any other is passed over.
    private mutating func takePlace() {
        guard let source else { return }
        if source.sample.isHTML {
            let needless = hasPlain ?? (plain?.sample.preview.isEmpty == false)
            hasPlain = needless
            if !needless, html == nil { html = (source.sample, source.start) }
        } else if plain == nil {
            plain = (source.sample, source.start)
        }
        let taken = source.sample.isHTML ? html : plain
        if taken?.start == source.start { self.source?.hasBegun = true } else { self.source = nil }
    }

    /// Of the plain text, or of the HTML where that says nothing.
    var preview: String {
        let text = plain?.sample.preview ?? ""
        return text.isEmpty ? html?.sample.preview ?? "" : text
    }
}

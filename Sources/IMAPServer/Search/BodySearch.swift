import LightMailCore
import MailFormat

// BODY and TEXT (RFC 9051 6.4.4): the text parts of a message, without transfer encoding and charset, a piece at a time.

extension Session {
    /// Those of the searched texts that the body contains.
    func bodyMatches(_ search: MessageSearch, _ details: MessageDetails) async throws -> Set<FoldedText> {
        var found: Set<FoldedText> = []
        guard let structure = details.structure else { return found }
        for part in structure.texts {
            guard found.count < search.needles.bodies.count else { break }
            try await find(search.needles.bodies, in: part, details, &found)
        }
        return found
    }

    private func find(
        _ needles: Set<FoldedText>, in part: BodyPart, _ details: MessageDetails, _ found: inout Set<FoldedText>
    ) async throws {
        let range = part.body.shifted(by: UInt64(details.prefix.count))
        guard !range.isEmpty else { return }
        var window = TextWindow(part)
        for try await chunk in store.messages.content(of: details, range: range) {
            window.feed(chunk)
            if window.isFull { window.search(needles, &found) }
        }
        window.finish()
        window.search(needles, &found)
    }
}

/// The decoded text that is looked at at once. Pieces overlap, so that a text that lies across their border is found.
private struct TextWindow {
    private static let size = 262_144
    private static let overlap = 4096

    private let charset: Charset
    private var decoder: TransferDecoder
    private var bytes: [UInt8] = []

    init(_ part: BodyPart) {
        charset = part.parameter("charset").flatMap { Charset($0) } ?? .utf8
        // What nobody can decode is searched as it is.
        decoder = TransferDecoder(TransferEncoding(part.encoding) ?? .identity)
    }

    var isFull: Bool { bytes.count >= Self.size }

    mutating func feed(_ chunk: [UInt8]) { bytes += decoder.feed(chunk.span.bytes) }

    mutating func finish() { bytes += decoder.finish() }

    mutating func search(_ needles: Set<FoldedText>, _ found: inout Set<FoldedText>) {
        let text = FoldedText(charset.decode(bytes) ?? String(decoding: bytes, as: UTF8.self))
        for needle in needles where !found.contains(needle) && text.contains(needle) { found.insert(needle) }
        bytes = Array(bytes.suffix(Self.overlap))
    }
}

extension BodyPart {
    /// The text parts in it, those of embedded messages too.
    fileprivate var texts: [BodyPart] {
        switch contents {
        case .leaf: mediaType == "text" ? [self] : []
        case .multipart(let children): children.flatMap(\.texts)
        case .message(let message): message.structure.texts
        }
    }
}

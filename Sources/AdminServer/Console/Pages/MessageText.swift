import LightMailCore
import MailFormat

/// What people would read of a message.
struct MessageText: Sendable {
    let text: String
    /// There is more than is shown.
    let isCut: Bool

    /// Bytes of a body that are read and shown at most.
    fileprivate static let longest: UInt64 = 262_144
}

extension Store {
    /// The first text/plain part, decoded, or else the first text part as it is written; nil when there is none.
    ///
    /// - Parameter details: with the structure.
    func text(of details: MessageDetails) async throws -> MessageText? {
        let texts = details.structure?.leaves.filter { $0.mediaType == "text" } ?? []
        guard let part = texts.first(where: { $0.subtype == "plain" }) ?? texts.first else { return nil }
        let start = part.body.lowerBound + UInt64(details.prefix.count)
        let length = min(UInt64(part.body.count), MessageText.longest)
        var decoder = TransferDecoder(TransferEncoding(part.encoding) ?? .identity)
        var bytes: [UInt8] = []
        for try await piece in messages.content(of: details, range: start..<(start + length)) {
            bytes += decoder.feed(piece.span.bytes)
        }
        bytes += decoder.finish()
        let charset = part.parameter("charset").flatMap { Charset($0) } ?? .utf8
        let text = charset.decode(bytes) ?? String(decoding: bytes, as: UTF8.self)
        return MessageText(text: text, isCut: length < UInt64(part.body.count))
    }
}

extension BodyPart {
    /// The parts that hold content, in their order; an embedded message is one.
    var leaves: [BodyPart] {
        isMultipart ? children.flatMap(\.leaves) : [self]
    }
}

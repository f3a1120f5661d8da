import LightMailCore
import MailFormat

/// BODY and TEXT (RFC 9051 6.4.4): looks for texts in the text parts of one message, and in the headers of messages
/// within it.
///
/// The message is read once, from front to back, and what is not text is passed over; so it takes one request, or a few
/// where much lies between the texts, however many parts there are.
struct BodySearch {
    /// What lies between two texts is read along when it is no more than this.
    private static let gap: UInt64 = 1 << 20

    private struct Piece {
        /// Of the message as a client sees it.
        let range: Range<UInt64>
        /// Nil for the header of an embedded message.
        let part: BodyPart?
    }

    let messages: Messages
    let details: MessageDetails
    let needles: Set<CasemappedText>
    let progress: SearchProgress
    private(set) var found: Set<CasemappedText> = []

    init(_ messages: Messages, _ details: MessageDetails, _ needles: Set<CasemappedText>, _ progress: SearchProgress) {
        self.messages = messages
        self.details = details
        self.needles = needles
        self.progress = progress
    }

    /// Reads until all is read, or all is found.
    ///
    /// - Throws: `StoreError`, `ConnectionClosed`.
    mutating func run() async throws {
        guard let structure = details.structure else { return }
        var pieces: [Piece] = []
        collect(structure, &pieces)
        var start = 0
        while start < pieces.count, found.count < needles.count {
            var end = start + 1
            while end < pieces.count, pieces[end].range.lowerBound <= pieces[end - 1].range.upperBound + Self.gap {
                end += 1
            }
            try await search(pieces[start..<end])
            start = end
        }
    }

    /// The texts below a part, in the order of the message.
    private func collect(_ root: BodyPart, _ pieces: inout [Piece]) {
        var parts = [root]
        while let part = parts.popLast() {
            switch part.contents {
            case .leaf:
                if part.mediaType == "text" { append(part.body, part, &pieces) }
            case .multipart(let children): parts += children.reversed()
            case .message(let message):
                append(message.structure.header, nil, &pieces)
                parts.append(message.structure)
            }
        }
    }

    private func append(_ range: Range<UInt64>, _ part: BodyPart?, _ pieces: inout [Piece]) {
        let shifted = range.shifted(by: UInt64(details.prefix.count))
        guard !shifted.isEmpty, shifted.lowerBound >= pieces.last?.range.upperBound ?? 0 else { return }
        pieces.append(Piece(range: shifted, part: part))
    }

    private mutating func search(_ pieces: ArraySlice<Piece>) async throws {
        guard let first = pieces.first, let last = pieces.last else { return }
        let content = messages.content(of: details, range: first.range.lowerBound..<last.range.upperBound)
        var reader = PieceReader(content.makeAsyncIterator(), at: first.range.lowerBound)
        for piece in pieces where found.count < needles.count {
            let missing = needles.subtracting(found)
            if let part = piece.part {
                var text = SearchedText(part, missing)
                while let bytes = try await reader.next(in: piece.range) {
                    text.feed(bytes)
                    try await progress.tell()
                }
                text.finish()
                found.formUnion(text.found)
            } else {
                var bytes: [UInt8] = []
                while let more = try await reader.next(in: piece.range) {
                    if bytes.count < SectionContent.maximumHeader { bytes += more }
                }
                let header = HeaderBlock(bytes)
                found.formUnion(missing.filter(header.contains))
            }
        }
    }
}

/// Reads content forward, as much of it as lies in the ranges asked for.
private struct PieceReader {
    private var iterator: MessageContent.Iterator
    private var chunk: ArraySlice<UInt8> = []
    /// Where in the message the chunk begins.
    private var position: UInt64

    init(_ iterator: MessageContent.Iterator, at position: UInt64) {
        self.iterator = iterator
        self.position = position
    }

    /// The next bytes that are in the range, which does not begin before the last one; nil behind its end.
    mutating func next(in range: Range<UInt64>) async throws -> ArraySlice<UInt8>? {
        while position < range.upperBound {
            if chunk.isEmpty {
                guard let more = try await iterator.next() else { return nil }
                chunk = more[...]
            }
            let skipped = min(UInt64(chunk.count), range.lowerBound - min(position, range.lowerBound))
            chunk = chunk.dropFirst(Int(skipped))
            position += skipped
            guard !chunk.isEmpty else { continue }
            let count = min(UInt64(chunk.count), range.upperBound - position)
            guard count > 0 else { return nil }
            defer {
                chunk = chunk.dropFirst(Int(count))
                position += count
            }
            return chunk.prefix(Int(count))
        }
        return nil
    }
}

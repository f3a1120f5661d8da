import IMAPSyntax
import LightMailCore
import MailFormat

// BINARY and BINARY.SIZE (RFC 9051 6.4.5, RFC 3516): content without its transfer encoding.

extension Session {
    /// Up to this size content is decoded in memory; beyond it, it is read once to count and once to send.
    private static let decodedAtOnce = 262_144

    mutating func fetchBinary(
        _ item: FetchItem, _ path: [UInt32], _ partial: Partial?, of details: MessageDetails,
        _ response: inout FetchResponse
    ) async throws {
        guard let part = try EncodedPart(path, of: details) else {
            return response.encoder.fetchContent(of: item, nil)
        }
        if part.encoding == .identity {
            let content = store.messages.content(of: details, range: part.range.cut(to: partial))
            try await stream(item, content, binary: true, &response)
        } else if part.range.count <= Self.decodedAtOnce {
            var decoder = TransferDecoder(part.encoding)
            let encoded = try await collect(details, part.range, limit: Self.decodedAtOnce)
            let decoded = decoder.feed(encoded.span.bytes) + decoder.finish()
            fetch(item, decoded, partial, &response)
        } else {
            let size = try await decodedSize(of: part, details)
            try await stream(item, part, (0..<size).cut(to: partial), of: details, &response)
        }
    }

    func binarySize(of path: [UInt32], _ details: MessageDetails) async throws -> UInt64 {
        guard let part = try EncodedPart(path, of: details) else { throw CommandFailure.no("No such part", .cannot) }
        return try await decodedSize(of: part, details)
    }

    private func decodedSize(of part: EncodedPart, _ details: MessageDetails) async throws -> UInt64 {
        guard part.encoding != .identity else { return UInt64(part.range.count) }
        var decoder = TransferDecoder(part.encoding)
        for try await chunk in store.messages.content(of: details, range: part.range) {
            _ = decoder.feed(chunk.span.bytes)
        }
        _ = decoder.finish()
        return decoder.decodedSize
    }

    /// Sends `wanted` of the decoded content.
    private mutating func stream(
        _ item: FetchItem, _ part: EncodedPart, _ wanted: Range<UInt64>, of details: MessageDetails,
        _ response: inout FetchResponse
    ) async throws {
        response.encoder.fetchContentHeader(of: item, size: UInt64(wanted.count), binary: true)
        begin(&response)
        var decoder = TransferDecoder(part.encoding)
        var sent: UInt64 = 0
        do {
            for try await chunk in store.messages.content(of: details, range: part.range) {
                let start = decoder.decodedSize
                let decoded = decoder.feed(chunk.span.bytes)
                sent += append(decoded, at: start, wanted)
                try await flush()
            }
            let start = decoder.decodedSize
            let last = decoder.finish()
            sent += append(last, at: start, wanted)
            guard sent == UInt64(wanted.count) else { throw StoreError(.corrupt, "content differs from a moment ago") }
        } catch let error as StoreError {
            throw CommandFailure.brokenLiteral(error)
        }
    }

    /// Writes those of the bytes, which begin at an offset of the content, that are wanted. Returns how many.
    private mutating func append(_ bytes: [UInt8], at offset: UInt64, _ wanted: Range<UInt64>) -> UInt64 {
        let overlap = wanted.clamped(to: offset..<(offset + UInt64(bytes.count)))
        guard !overlap.isEmpty else { return 0 }
        out.appendVerbatim(bytes[Int(overlap.lowerBound - offset)..<Int(overlap.upperBound - offset)])
        return UInt64(overlap.count)
    }
}

/// A part's content and how it is encoded.
private struct EncodedPart {
    /// Of the message as the client sees it.
    let range: Range<UInt64>
    let encoding: TransferEncoding

    /// Nil when there is no such part. What has parts itself, and the message as a whole, is not encoded.
    ///
    /// - Throws: for an encoding that nobody knows (RFC 3516 4.3).
    init?(_ path: [UInt32], of details: MessageDetails) throws(CommandFailure) {
        guard !path.isEmpty else {
            range = 0..<details.size
            encoding = .identity
            return
        }
        guard let part = details.structure?.part(at: path.map { Int($0) }) else { return nil }
        range = part.body.shifted(by: UInt64(details.prefix.count))
        if case .leaf = part.contents {
            guard let known = TransferEncoding(part.encoding) else {
                throw .no("Unknown content transfer encoding", .unknownCTE)
            }
            encoding = known
        } else {
            encoding = .identity
        }
    }
}

// Decodes the body of a part, chunk by chunk, for BINARY and for searches.

/// A streaming decoder of a transfer encoding. Any chunking of the input gives the same output; what is held back
/// between chunks is bounded. Input that is not valid is decoded as far as it makes sense; nothing is refused.
package struct TransferDecoder: Sendable {
    private enum State: Sendable {
        case identity
        case base64(Base64Decoder)
        case quotedPrintable(QuotedPrintableDecoder)
    }

    private var state: State

    /// The bytes given so far, which after ``finish()`` is the decoded size of the body (BINARY.SIZE of RFC 3516).
    package private(set) var decodedSize: UInt64 = 0

    package init(_ encoding: TransferEncoding) {
        switch encoding {
        case .identity: state = .identity
        case .base64: state = .base64(Base64Decoder())
        case .quotedPrintable: state = .quotedPrintable(QuotedPrintableDecoder())
        }
    }

    /// Decodes the next bytes of the body.
    package mutating func feed(_ bytes: RawSpan) -> [UInt8] {
        var decoded: [UInt8] = []
        switch state {
        case .identity: decoded = bytes.bytes(0..<bytes.byteCount)
        case .base64(var decoder):
            decoder.decode(bytes, into: &decoded)
            state = .base64(decoder)
        case .quotedPrintable(var decoder):
            // The state lets go of the decoder's buffers, so that they are changed in place.
            state = .identity
            decoder.decode(bytes, into: &decoded)
            state = .quotedPrintable(decoder)
        }
        decodedSize += UInt64(decoded.count)
        return decoded
    }

    /// Ends the body and gives what was held back.
    package mutating func finish() -> [UInt8] {
        var decoded: [UInt8] = []
        switch state {
        case .identity: break
        case .base64(var decoder): decoder.finish(into: &decoded)
        case .quotedPrintable(var decoder): decoder.finish(into: &decoded)
        }
        state = .identity
        decodedSize += UInt64(decoded.count)
        return decoded
    }
}

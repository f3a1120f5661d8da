import LightMailCore
import POP3Syntax

// How a message leaves, whole or in part.

extension Session {
    /// Sends a message, or its beginning, as fast as the client reads it.
    ///
    /// - Parameters:
    ///   - announcement: the reply's first line. It is written when the first bytes of the message are there, so that a
    ///     message that cannot be read is an error like others.
    ///   - counter: where the message is cut; nil to send it whole.
    /// - Throws: `StoreError` with nothing written; `CommandFailure.brokenMessage`; `ConnectionClosed`.
    mutating func send(
        _ content: MessageContent, headerSize: UInt64, announcement: Reply, cutBy counter: TopCounter? = nil
    ) async throws {
        var counter = counter
        var iterator = content.makeAsyncIterator()
        var chunk = try await content.length > 0 ? iterator.next() : nil
        write(announcement)
        var stuffing = DotStuffing()
        var header = HeaderDowngrade(headerSize: isUTF8 ? 0 : headerSize)
        var rest = content.length
        do {
            while var bytes = chunk {
                guard bytes.count <= rest else { throw StoreError(.corrupt, "a message is longer than its row says") }
                rest -= UInt64(bytes.count)
                header.apply(to: &bytes)
                stuffing.append(bytes.prefix(counter?.take(bytes) ?? bytes.count), to: &out)
                try await flush()
                if counter?.isComplete == true { break }
                chunk = try await iterator.next()
            }
            guard rest == 0 || counter != nil else {
                throw StoreError(.corrupt, "a message is shorter than its row says")
            }
        } catch let error as StoreError {
            throw CommandFailure.brokenMessage(error)
        }
        stuffing.finish(into: &out)
    }
}

/// Makes a header ASCII for a client that has not asked for UTF-8 (RFC 6856 2.1): each byte beyond ASCII becomes `?`.
///
/// So the message has the size that LIST said, no byte of it needs to be read before, and nobody can bar a maildrop from a
/// client by sending it a header that it must be refused.
struct HeaderDowngrade {
    private var rest: UInt64

    /// - Parameter headerSize: bytes from the message's beginning that are to be looked at.
    init(headerSize: UInt64) {
        rest = headerSize
    }

    /// Takes the next piece of the message.
    mutating func apply(to piece: inout [UInt8]) {
        let count = Int(min(rest, UInt64(piece.count)))
        rest -= UInt64(count)
        for index in 0..<count where piece[index] >= 0x80 { piece[index] = UInt8(ascii: "?") }
    }
}

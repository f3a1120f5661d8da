/// The bytes of a message, or a range of them, as a client sees them: what the row puts first, then the object's.
///
/// Verified as the object store verifies: a whole object by length and hash before its last piece, a range by length.
package struct MessageContent: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    /// Bytes that will come.
    package let length: UInt64
    private let prefix: [UInt8]
    private let object: ObjectStream?

    init(prefix: [UInt8], object: ObjectStream?) {
        self.prefix = prefix
        self.object = object
        length = UInt64(prefix.count) + (object?.length ?? 0)
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(prefix: prefix, object: object?.makeAsyncIterator())
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var prefix: [UInt8]
        fileprivate var object: ObjectStream.Iterator?

        /// The next bytes, never empty; nil after the last.
        /// - Throws: `StoreError` notFound, corrupt, unavailable.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws(StoreError) -> [UInt8]? {
            try await next()
        }

        /// The next bytes, never empty; nil after the last.
        /// - Throws: `StoreError` notFound, corrupt, unavailable.
        package nonisolated(nonsending) mutating func next() async throws(StoreError) -> [UInt8]? {
            guard !prefix.isEmpty else { return try await object?.next() }
            // Together with the object's beginning: what cannot be read is an error before the reader has anything.
            let bytes = prefix + (try await object?.next() ?? [])
            prefix = []
            return bytes
        }
    }
}

extension Messages {
    /// The bytes of a message. No request is made before the first piece is asked for.
    ///
    /// - Parameter range: of the message as a client sees it, cut to its size; nil for all of it.
    package func content(of details: MessageDetails, range: Range<UInt64>? = nil) -> MessageContent {
        let whole = 0..<details.size
        let wanted = (range ?? whole).clamped(to: whole)
        let border = UInt64(details.prefix.count)
        let prefix = details.prefix[Int(min(wanted.lowerBound, border))..<Int(min(wanted.upperBound, border))]
        guard wanted.upperBound > border else { return MessageContent(prefix: Array(prefix), object: nil) }
        let inObject = (max(wanted.lowerBound, border) - border)..<(wanted.upperBound - border)
        return MessageContent(
            prefix: Array(prefix),
            object: objects.stream(details.object, range: inObject == 0..<details.object.size ? nil : inObject))
    }
}

import MailFormat
import S3Client

/// A message while it arrives: each chunk goes to the object store and through the parser at once, so that memory stays
/// bounded whatever the size.
package actor IncomingMessage {
    private let upload: ObjectUpload
    private let scanner: Scanner?
    private let scan: Scan?
    private var parser = MessageParser()
    private let received = SHA256Hasher()
    private let prologue: [UInt8]
    private let maximumSize: UInt64
    private var size: UInt64 = 0
    private var hasBegun = false

    init(upload: ObjectUpload, scanner: Scanner?, prologue: [UInt8], maximumSize: UInt64) {
        self.upload = upload
        self.scanner = scanner
        scan = scanner?.begin()
        self.prologue = prologue
        self.maximumSize = maximumSize
    }

    /// Takes the next bytes of the message, exactly as they are; suspends while the store is slower than the sender.
    ///
    /// - Throws: `StoreError` limit when the message is larger than a row can say, unavailable when S3 does not take it.
    package func write(_ bytes: [UInt8]) async throws(StoreError) {
        try await begin()
        guard !bytes.isEmpty else { return }
        received.update(bytes)
        await scan?.write(bytes)
        try await store(bytes)
    }

    /// Ends the message: the object is safe in S3 when this returns, and refers to nothing yet. A message that the virus
    /// scanner makes us refuse is not put there at all.
    ///
    /// - Throws: `StoreError` infected, limit, unavailable.
    package func finish() async throws(StoreError) -> ReceivedMessage {
        try await begin()
        let virus = try await scannedVirus()
        let object = try await mapped { try await upload.finish() }
        let parsed = parser.finish()
        return ReceivedMessage(
            object: object, receivedHash: received.finish(), headerSize: parsed.headerSize, header: parsed.headerBlock,
            envelope: parsed.envelope.encoded(), structure: parsed.structure.encoded(),
            preview: Array(parsed.preview.utf8), startedAt: upload.startedAt,
            virus: virus)
    }

    private func scannedVirus() async throws(StoreError) -> String? {
        guard let scanner, let scan else { return nil }
        return try scanner.judge(await scan.finish())
    }

    /// Gives the message up; nothing of it stays.
    package func abort() async {
        await scan?.abandon()
        await upload.abort()
    }

    private func begin() async throws(StoreError) {
        guard !hasBegun else { return }
        hasBegun = true
        if !prologue.isEmpty { try await store(prologue) }
    }

    private func store(_ bytes: [UInt8]) async throws(StoreError) {
        size += UInt64(bytes.count)
        guard size <= maximumSize else { throw StoreError(.limit("the message is too large")) }
        parser.feed(bytes.span.bytes)
        try await mapped { try await upload.write(bytes) }
    }
}

/// A message that is safe in S3 and waits for its rows.
package struct ReceivedMessage: Sendable {
    package let object: StoredObject
    /// SHA-256 of the bytes as received, without what was prepended: the same bytes again are a retry.
    package let receivedHash: [UInt8]
    let headerSize: UInt64
    let header: [UInt8]?
    let envelope: [UInt8]
    let structure: [UInt8]
    let preview: [UInt8]
    /// When its upload began, milliseconds since 1970.
    let startedAt: UInt64
    /// What the virus scanner found in it; nil when nothing, or when it was not scanned.
    package let virus: String?

    /// How many servers it has passed, this one among them: its Received fields (RFC 5321 6.3). 0 for a header that is too large to be
    /// kept in the row.
    package var hops: Int { header.map { HeaderBlock($0).values(of: "Received").count } ?? 0 }

    /// What it takes in memory until its rows are made, in bytes.
    package var footprint: Int { (header?.count ?? 0) + envelope.count + structure.count }
}

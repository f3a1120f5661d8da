import S3Client

/// A message that goes elsewhere, while it arrives: a small one in memory, a larger one in a file without a name.
package actor OutgoingSpool {
    /// Bytes that are kept in memory.
    private static let memory = Int(ObjectStore.smallSize)

    private let directory: String
    private let scanner: Scanner?
    private let scan: Scan?
    private let received = SHA256Hasher()
    private var buffer: [UInt8] = []
    private var file: SpoolFile?
    private var size: UInt64 = 0

    init(directory: String, scanner: Scanner?) {
        self.directory = directory
        self.scanner = scanner
        scan = scanner?.begin()
    }

    /// Adds bytes of the message, exactly as they came.
    ///
    /// - Throws: `StoreError` unavailable when the disk does not take them.
    package func write(_ bytes: [UInt8]) async throws(StoreError) {
        received.update(bytes)
        await scan?.write(bytes)
        try prepend(bytes)
    }

    /// Adds bytes that are ours and not of the message as it came.
    package func prepend(_ bytes: [UInt8]) throws(StoreError) {
        buffer += bytes
        size += UInt64(bytes.count)
        if buffer.count > Self.memory { try spill() }
    }

    /// Ends the message. One in which the virus scanner finds something goes nowhere, whatever is done with such a
    /// message that stays here.
    ///
    /// - Throws: `StoreError` infected, limit, unavailable.
    package func finish() async throws(StoreError) -> SpooledMessage {
        if let scanner, let scan, let virus = try scanner.judge(await scan.finish()) {
            throw StoreError(.infected, virus)
        }
        if file != nil { try spill() }
        return SpooledMessage(size: size, receivedHash: received.finish(), file: file, bytes: buffer)
    }

    /// Gives the message up.
    package func abandon() async {
        await scan?.abandon()
    }

    private func spill() throws(StoreError) {
        do throws(SpoolFile.Failure) {
            let target: SpoolFile
            if let file { target = file } else { target = try SpoolFile(directory: directory) }
            file = target
            try target.write(buffer, at: size - UInt64(buffer.count))
            buffer = []
        } catch {
            throw StoreError(.unavailable, "the spool does not take a message: \(error)")
        }
    }
}

/// A message that waits to go elsewhere.
package struct SpooledMessage: Sendable {
    /// In bytes, with what was prepended.
    package let size: UInt64
    /// SHA-256 of the bytes as received, without what was prepended.
    package let receivedHash: [UInt8]
    fileprivate let file: SpoolFile?
    fileprivate let bytes: [UInt8]

    /// Reads from an offset into a part of the buffer; returns how many bytes there are, none only at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws -> Int {
        if let file {
            let room = Int(min(UInt64(buffer.count), size - min(offset, size)))
            return try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]), at: offset)
        }
        let rest = bytes[min(Int(clamping: offset), bytes.count)...].prefix(buffer.count)
        buffer.copyBytes(from: rest)
        return rest.count
    }
}

// The body of an object or a part to be written, with its SHA-256.

/// Bytes to store. The hash goes into the signature, so that the server refuses what the network altered.
package struct S3Body: Sendable {
    let content: TransferBody
    /// 32 bytes.
    package let sha256: [UInt8]

    /// In bytes.
    package var length: UInt64 { content.length }

    /// - Parameter sha256: of these bytes, where the caller has it already.
    package init(_ bytes: [UInt8], sha256: [UInt8]? = nil) {
        content = .bytes(bytes)
        self.sha256 = sha256 ?? SHA256Hasher.hash(bytes)
    }

    /// A region of a spool file, read while it is sent; it must not change until then.
    /// - Parameter sha256: of the region.
    package init(file: SpoolFile, offset: UInt64, length: UInt64, sha256: [UInt8]) {
        content = .file(file, offset: offset, length: length)
        self.sha256 = sha256
    }
}

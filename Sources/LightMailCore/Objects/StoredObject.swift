// What the database remembers of an object in S3.

/// An object that is stored, and all that is needed to read it back and to know it for what it was.
package struct StoredObject: Sendable, Hashable {
    /// `emails/<uuidv7>.eml`.
    package let key: String
    /// In bytes.
    package let size: UInt64
    /// 32 bytes, of the whole object.
    package let sha256: [UInt8]

    package init(key: String, size: UInt64, sha256: [UInt8]) {
        self.key = key
        self.size = size
        self.sha256 = sha256
    }

    /// The name in the key, by which logs follow a message; the key itself where it has another form.
    package var trace: String {
        Self.id(key: key).map(\.description) ?? key
    }

    /// When an object of this key was begun: milliseconds since 1970, of the UUIDv7 in it. Nil for a key of another form.
    package static func startedAt(key: String) -> UInt64? {
        id(key: key)?.milliseconds
    }

    private static func id(key: String) -> UUIDv7? {
        let name = key[(key.lastIndex(of: "/").map { key.index(after: $0) } ?? key.startIndex)...]
        return UUIDv7(name.prefix(36))
    }
}

import S3Client

/// Writes a tar of regular files (POSIX.1-1988 ustar), piece by piece, and digests what it writes.
final class TarWriter {
    private let file: OutputFile
    private let hasher = SHA256Hasher()
    private var left: Int64 = 0
    private var padding = 0

    init(_ file: OutputFile) { self.file = file }

    /// Begins a file of so many octets, which `write` must be given.
    func begin(_ name: String, size: Int64) throws(MigrationError) {
        guard left == 0, let header = TarHeader(name: name, size: size).encoded else {
            throw MigrationError(.all, "\(name) does not fit into a tar")
        }
        try put(header)
        left = size
        padding = Int((512 - size % 512) % 512)
        if size == 0 { padding = 0 }
    }

    func write(_ bytes: [UInt8]) throws(MigrationError) {
        left -= Int64(bytes.count)
        guard left >= 0 else { throw MigrationError(.all, "a body is larger than its row says") }
        try put(bytes)
        if left == 0, padding > 0 {
            try put([UInt8](repeating: 0, count: padding))
            padding = 0
        }
    }

    /// Ends what was begun.
    func end() throws(MigrationError) {
        guard left == 0 else { throw MigrationError(.all, "a body is smaller than its row says") }
    }

    /// A whole small file.
    func add(_ name: String, _ bytes: [UInt8]) throws(MigrationError) {
        try begin(name, size: Int64(bytes.count))
        try write(bytes)
        try end()
    }

    /// SHA-256 of all so far. Called once.
    func digest() -> [UInt8] { hasher.finish() }

    /// Ends the tar, and has it on the disk.
    func close() throws(MigrationError) {
        try put([UInt8](repeating: 0, count: 1_024))
        try file.synchronise()
    }

    private func put(_ bytes: [UInt8]) throws(MigrationError) {
        hasher.update(bytes)
        try file.write(bytes)
    }
}

/// The header of a file in a tar.
struct TarHeader: Equatable {
    static let size = 512
    let name: String
    /// Octets of the file.
    let size: Int64

    init(name: String, size: Int64) {
        self.name = name
        self.size = size
    }

    /// The largest that 11 octal digits can say.
    private static let largest: Int64 = 0o777_7777_7777

    /// Nil for what a header cannot say.
    var encoded: [UInt8]? {
        guard name.utf8.count < 100, (0...Self.largest).contains(size) else { return nil }
        var block = [UInt8](repeating: 0, count: Self.size)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<(offset + text.utf8.count), with: text.utf8)
        }
        let octal = String(size, radix: 8)
        put(name, at: 0)
        put("0000600", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        put(String(repeating: "0", count: 11 - octal.count) + octal, at: 124)
        put("00000000000", at: 136)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        let sum = String(Self.sum(block), radix: 8)
        put(String(repeating: "0", count: 6 - sum.count) + sum, at: 148)
        block[155] = 32
        return block
    }

    /// Nil for what is no header of a regular file as `encoded` writes it.
    init?(_ block: [UInt8]) {
        guard block.count == Self.size, let size = Int64(Self.text(block[124..<136]), radix: 8), size >= 0 else {
            return nil
        }
        self.init(name: Self.text(block[0..<100]), size: size)
        guard encoded == block else { return nil }
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The checksum, for which its own field counts as spaces.
    private static func sum(_ block: [UInt8]) -> Int {
        block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    }
}

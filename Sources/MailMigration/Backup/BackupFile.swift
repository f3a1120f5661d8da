import FoundationEssentials
import LightMailCore
import S3Client

/// A backup that is read, from its beginning to its end.
package final class BackupFile {
    /// An entry of the tar.
    struct Entry {
        let name: String
        let size: Int64
        /// Of its octets, in the file.
        let offset: Int64
    }

    let file: File
    private var offset: Int64 = 0

    package init(path: String) throws {
        file = try File(path: path)
    }

    static func damaged(_ what: String) -> MigrationError {
        MigrationError(.all, "the backup is damaged or cut off: \(what)")
    }

    /// The next entry; nil at the end of the tar.
    func next() throws(MigrationError) -> Entry? {
        let block = try read(at: offset, count: TarHeader.size)
        guard block.contains(where: { $0 != 0 }) else { return nil }
        guard let header = TarHeader(block) else { throw Self.damaged("no header at byte \(offset)") }
        let entry = Entry(name: header.name, size: header.size, offset: offset + Int64(TarHeader.size))
        offset = entry.offset + (header.size + 511) / 512 * 512
        return entry
    }

    func rewind() { offset = 0 }

    private func read(at offset: Int64, count: Int) throws(MigrationError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try file.read(at: offset + Int64(bytes.count), count: count - bytes.count)
            guard !more.isEmpty else { throw Self.damaged("it ends at byte \(offset)") }
            bytes += more
        }
        return bytes
    }

    /// The octets of a body, in pieces.
    func each(_ entry: Entry, _ body: ([UInt8]) async throws -> Void) async throws {
        var position: Int64 = 0
        while position < entry.size {
            let bytes = try read(at: entry.offset + position, count: Int(min(65_536, entry.size - position)))
            position += Int64(bytes.count)
            try await body(bytes)
        }
    }

    /// An entry of JSON.
    func value<Value: Decodable>(_ entry: Entry, _ type: Value.Type = Value.self) throws -> Value {
        guard entry.size <= BackupFormat.largestValue else { throw Self.damaged("\(entry.name) is too large") }
        let bytes = try read(at: entry.offset, count: Int(entry.size))
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw Self.damaged("\(entry.name) is not what it should be")
        }
    }

    /// Reads all of it and compares its digest: what is damaged anywhere is refused before anything is done with it.
    ///
    /// - Returns: the account that it holds, and how much of it.
    package func verify(_ progress: (Int64, Int64) -> Void = { _, _ in }) throws -> BackupReport {
        rewind()
        defer { rewind() }
        guard let first = try next(), first.name == BackupFormat.head else {
            throw MigrationError(.all, "the file is no backup of an account")
        }
        let head: BackupFormat.Head = try value(first)
        guard head.format == BackupFormat.version else {
            throw MigrationError(
                .all, "the backup has format \(head.format), this program knows \(BackupFormat.version)")
        }
        let hasher = SHA256Hasher()
        var hashed: Int64 = 0
        let size = try file.size()
        while let entry = try next() {
            guard entry.name == BackupFormat.end else { continue }
            let border = entry.offset - Int64(TarHeader.size)
            while hashed < border {
                let bytes = try read(at: hashed, count: Int(min(1 << 20, border - hashed)))
                hasher.update(bytes)
                hashed += Int64(bytes.count)
                progress(hashed, size)
            }
            let end: BackupFormat.End = try value(entry)
            guard Hexadecimal.encode(hasher.finish()) == end.sha256 else { throw Self.damaged("its checksum is wrong") }
            guard try next() == nil else { throw Self.damaged("something stands behind its end") }
            return BackupReport(head.account.address, end)
        }
        throw Self.damaged("it has no end")
    }
}

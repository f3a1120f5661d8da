import Glibc
import LightMailCore

/// A Maildir with its folders, as Dovecot and Courier lay them out (Maildir++): INBOX is the Maildir itself, and each folder
/// a Maildir in it whose name begins with a dot, with dots between the levels.
///
/// Messages come in the order of their dates. Of a folder only the names of its files are in memory.
package final class MaildirSource: MessageSource {
    private let root: Folder
    /// What may stand before every name: Courier's subscriptions have `INBOX.`.
    private static let inboxPrefix = Array("INBOX.".utf8)

    private var open: (folder: SourceFolder, directory: Folder, keywords: [Int: Keyword])?
    private var waiting: [Entry] = []
    private var position = 0

    private struct Entry {
        let isNew: Bool
        let name: [UInt8]
        let size: Int64
        /// Seconds since 1970.
        let date: Int64
    }

    package init(path: String) throws {
        root = try Folder(path: path)
        guard root.kind(Array("cur".utf8)) == .folder || root.kind(Array("new".utf8)) == .folder else {
            throw MigrationError(.all, "\(path) is no Maildir: it has neither cur nor new")
        }
    }

    package func folders(_ notice: (String) -> Void) throws -> [SourceFolder] {
        var names: [[UInt8]] = []
        try root.each { name in
            guard name.first == UInt8(ascii: "."), name.count > 1 else { return }
            switch root.kind(name) {
            case .folder:
                let folder = try root.folder(name)
                if folder.kind(Array("cur".utf8)) == .folder { names.append(name) }
            case .link: notice("\(printable(name)): it is a symbolic link")
            default: break
            }
        }
        var folders = [SourceFolder(place: [], path: .inbox)]
        for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            do throws(MigrationError) {
                folders.append(SourceFolder(place: name, path: try Self.path(name.dropFirst())))
            } catch {
                notice("\(printable(name)): \(error)")
            }
        }
        return folders
    }

    private static func path(_ name: some Collection<UInt8>) throws(MigrationError) -> MailboxPath {
        try FolderName.path(name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false))
    }

    package func subscriptions() throws -> [MailboxPath] {
        var paths: [MailboxPath] = []
        for file in ["subscriptions", "courierimapsubscribed"] where root.kind(Array(file.utf8)) == .file {
            var lines = try root.file(Array(file.utf8)).whole().split(separator: 10)
            // Dovecot's second form: a line with the version, and levels separated by tabs.
            let hasTabs = lines.first?.starts(with: Array("V\t".utf8)) == true
            if hasTabs { lines.removeFirst() }
            for line in lines {
                let name = line.starts(with: Self.inboxPrefix) ? line.dropFirst(Self.inboxPrefix.count) : line
                let separators = hasTabs ? [UInt8(9)] : [UInt8(ascii: "."), UInt8(ascii: "/")]
                let levels = name.split(omittingEmptySubsequences: false) { separators.contains($0) }
                if let path = try? FolderName.path(levels) { paths.append(path) }
            }
        }
        return paths
    }

    package func open(_ folder: SourceFolder, _ notice: (String) -> Void) throws -> Int64 {
        let directory = folder.place.isEmpty ? root : try root.folder(folder.place)
        var keywords: [Int: Keyword] = [:]
        if directory.kind(DovecotKeywords.file) == .file {
            keywords = DovecotKeywords.parse(try directory.file(DovecotKeywords.file).whole())
        }
        waiting = []
        position = 0
        for (name, isNew) in [("cur", false), ("new", true)] {
            guard let part = try directory.folderIfAny(Array(name.utf8)) else { continue }
            try part.each { file in
                guard file.first != UInt8(ascii: "."), let status = part.status(file) else { return }
                guard status.st_mode & S_IFMT == S_IFREG else {
                    if status.st_mode & S_IFMT == S_IFLNK { notice("\(printable(file)): it is a symbolic link") }
                    return
                }
                waiting.append(
                    Entry(
                        isNew: isNew, name: file, size: Int64(status.st_size), date: Int64(status.st_mtim.tv_sec)))
            }
        }
        waiting.sort { left, right in
            left.date == right.date ? left.name.lexicographicallyPrecedes(right.name) : left.date < right.date
        }
        open = (folder, directory, keywords)
        return Int64(waiting.count)
    }

    package func next(_ notice: (String) -> Void) -> SourceBatch? {
        guard let open, position < waiting.count else { return nil }
        let entries = waiting[position...].prefix(SourceBatch.limit)
        position += entries.count
        return SourceBatch(
            messages: entries.map { message($0, in: open.folder, open.keywords) }, progress: Int64(position))
    }

    private func message(_ entry: Entry, in folder: SourceFolder, _ known: [Int: Keyword]) -> SourceMessage {
        let name = MaildirName(entry.name)
        var keywords = name.keywordIndexes.compactMap { known[$0] }
        if name.isPassed, let forwarded = Keyword.forwarded, !keywords.contains(forwarded) {
            keywords.append(forwarded)
        }
        return SourceMessage(
            identity: identity(
                Array("maildir".utf8), folder.place, Array(name.unique), Array("\(entry.size)".utf8)),
            flags: name.flags, keywords: keywords, internalDate: entry.date,
            place: .file(folder: Array((entry.isNew ? "new" : "cur").utf8), name: entry.name))
    }

    package func read(_ message: SourceMessage, into sink: ([UInt8]) async throws -> Void) async throws {
        guard let open, case .file(let folder, let name) = message.place else {
            throw MigrationError(.item, "it is in another mailbox")
        }
        let file = try open.directory.folder(folder).file(name)
        var endings = LineEndings()
        var offset: Int64 = 0
        while true {
            let bytes = try file.read(at: offset)
            guard !bytes.isEmpty else { return }
            offset += Int64(bytes.count)
            try await sink(endings.normalise(bytes))
        }
    }
}

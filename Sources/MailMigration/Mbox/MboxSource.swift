import Glibc
import LightMailCore

/// An mbox, or a folder of them: each file is a mailbox, `.mbox` at the end of its name is dropped, and folders are levels.
///
/// The whole of a file is read in every run, to find its messages; memory holds a piece of it.
package final class MboxSource: MessageSource {
    private enum Root {
        case file(File, MailboxPath)
        case folder(Folder)
    }

    private let root: Root
    private var file: File?
    private var path = MailboxPath.inbox
    private var scanner = MboxScanner()
    private var offset: Int64 = 0
    private var size: Int64 = 0
    private var found: [MboxScanner.Found] = []
    private static let deepest = 32

    /// - Parameter mailbox: where the messages of a file go; a folder's have their files' names.
    package init(path: String, mailbox: MailboxPath = .inbox) throws {
        var status = stat()
        guard stat(path, &status) == 0 else { throw MigrationError.system(.all, path) }
        root =
            status.st_mode & S_IFMT == S_IFDIR ? .folder(try Folder(path: path)) : .file(try File(path: path), mailbox)
    }

    package func folders(_ notice: (String) -> Void) throws -> [SourceFolder] {
        switch root {
        case .file(_, let path): return [SourceFolder(place: [], path: path)]
        case .folder(let folder):
            var found: [SourceFolder] = []
            try collect(folder, [], &found, notice)
            return found.sorted { $0.path < $1.path }
        }
    }

    private func collect(
        _ folder: Folder, _ levels: [[UInt8]], _ found: inout [SourceFolder], _ notice: (String) -> Void
    ) throws {
        var names: [[UInt8]] = []
        try folder.each { name in if name.first != UInt8(ascii: ".") { names.append(name) } }
        for name in names {
            let here = levels + [name]
            let label = printable(Array(here.joined(separator: [UInt8(ascii: "/")])))
            do {
                switch folder.kind(name) {
                case .folder where here.count < Self.deepest:
                    try collect(try folder.folder(name), here, &found, notice)
                case .file:
                    var named = here
                    let suffix = Array(".mbox".utf8)
                    if name.count > suffix.count, name.suffix(suffix.count) == suffix[...] {
                        named[named.count - 1] = name.dropLast(suffix.count)
                    }
                    found.append(
                        SourceFolder(
                            place: Array(here.joined(separator: [UInt8(ascii: "/")])), path: try Self.path(named)))
                case .link: notice("\(label): it is a symbolic link")
                default: notice("\(label): it is neither a file nor a folder")
                }
            } catch let error as MigrationError where error.extent == .item {
                notice("\(label): \(error)")
            }
        }
    }

    /// An export writes the levels of a name with `%2f` between them.
    private static func path(_ levels: [[UInt8]]) throws(MigrationError) -> MailboxPath {
        try FolderName.path(levels.flatMap { level in MboxFileName.levels(level) })
    }

    package func subscriptions() -> [MailboxPath] { [] }

    package func open(_ folder: SourceFolder, _ notice: (String) -> Void) throws -> Int64 {
        switch root {
        case .file(let file, _): self.file = file
        case .folder(var place):
            var levels = folder.place.split(separator: UInt8(ascii: "/")).map { Array($0) }
            let name = levels.removeLast()
            for level in levels { place = try place.folder(level) }
            file = try place.file(name)
        }
        path = folder.path
        scanner = MboxScanner()
        offset = 0
        found = []
        size = try file?.size() ?? 0
        // What is no mbox is refused before a mailbox is made for it.
        if let first = try file?.read(at: 0), !first.isEmpty {
            guard FromLine(first.prefix { $0 != 10 }) != nil else {
                throw MigrationError(.item, "it is no mbox: it does not begin with a From line that has a date")
            }
        }
        return size
    }

    package func next(_ notice: (String) -> Void) throws -> SourceBatch? {
        guard let file else { return nil }
        while found.count < SourceBatch.limit, offset < size {
            let bytes = try file.read(at: offset, count: Int(min(65_536, size - offset)))
            guard !bytes.isEmpty else { throw MigrationError(.item, "it became shorter while it was read") }
            offset += Int64(bytes.count)
            scanner.feed(bytes)
            if offset >= size { scanner.finish() }
            if let failure = scanner.failure { throw failure }
            found += scanner.drain()
        }
        guard !found.isEmpty else { return nil }
        let batch = found.prefix(SourceBatch.limit)
        found.removeFirst(batch.count)
        return SourceBatch(
            messages: batch.map { message in
                SourceMessage(
                    identity: identity(Array("mbox".utf8), path.bytes, message.digest), flags: message.flags,
                    keywords: message.keywords, internalDate: message.date, place: .range(message.range))
            }, progress: batch.last?.range.upperBound ?? offset)
    }

    package func read(_ message: SourceMessage, into sink: ([UInt8]) async throws -> Void) async throws {
        guard let file, case .range(let range) = message.place else {
            throw MigrationError(.item, "it is in another mailbox")
        }
        var text = MboxText()
        var position = range.lowerBound
        while position < range.upperBound {
            let bytes = try file.read(at: position, count: Int(min(65_536, range.upperBound - position)))
            guard !bytes.isEmpty else { throw MigrationError(.item, "the file became shorter while it was read") }
            position += Int64(bytes.count)
            try await sink(text.take(bytes))
        }
        try await sink(text.finish())
    }
}

/// From the bytes of a message in an mbox to those of the message.
private struct MboxText {
    private var fragments = LineFragments()
    private var header = MboxHeader()
    private var endings = LineEndings()

    mutating func take(_ bytes: [UInt8]) -> [UInt8] {
        var splitter = fragments
        var result: [UInt8] = []
        splitter.feed(bytes) { add($0, to: &result) }
        fragments = splitter
        return result
    }

    mutating func finish() -> [UInt8] {
        var splitter = fragments
        var result: [UInt8] = []
        splitter.finish { add($0, to: &result) }
        fragments = splitter
        return result
    }

    private mutating func add(_ line: LineFragments.Fragment, to result: inout [UInt8]) {
        let isText = header.isOver
        guard header.take(line) else { return }
        result += endings.normalise(isText && line.startsLine ? MboxQuoting.unquoted(line.bytes) : line.bytes)
    }
}

/// Names of an export's files: one flat folder, with `%2f` for the separator of levels.
enum MboxFileName {
    static func file(_ path: MailboxPath) -> [UInt8] {
        FolderName.file(path.bytes, escaping: [MailboxPath.separator]) + Array(".mbox".utf8)
    }

    static func levels(_ name: [UInt8]) -> [[UInt8]] {
        var levels: [[UInt8]] = [[]]
        var rest = name[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.starts(with: Array("2f".utf8)) || rest.starts(with: Array("2F".utf8)) {
                rest = rest.dropFirst(2)
                levels.append([])
            } else {
                levels[levels.count - 1].append(byte)
            }
        }
        return levels
    }
}

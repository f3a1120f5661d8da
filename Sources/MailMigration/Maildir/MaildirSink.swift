import Glibc
import LightMailCore

/// Writes a Maildir with folders (Maildir++). A message is written in `tmp` and then moved to `cur` under a name made of its
/// UIDVALIDITY and UID, by which another run knows that it is there.
package final class MaildirSink: MessageSink {
    private struct Open {
        let tmp: Folder
        let cur: Folder
        let uidValidity: UInt32
        let keywords: [Int: Keyword]
        let known: UIDSet
    }

    private struct Writing {
        let name: [UInt8]
        let message: ExportedMessage
        let file: OutputFile
        var endings = UnixLineEndings()
    }

    private let root: Folder
    private var open: Open?
    private var writing: Writing?

    package init(path: String) throws {
        root = try Folder.making(path: path)
    }

    package func open(_ mailbox: Mailbox, keywords: [Keyword]) throws {
        let directory: Folder
        if mailbox.name.isInbox {
            directory = root
        } else {
            directory = try root.making(Self.file(mailbox.name))
            // By this Courier and others know a folder.
            if directory.kind(Array("maildirfolder".utf8)) == nil {
                try OutputFile(in: directory, Array("maildirfolder".utf8)).flush()
            }
        }
        _ = try directory.making(Array("new".utf8))
        let cur = try directory.making(Array("cur".utf8))
        open = Open(
            tmp: try directory.making(Array("tmp".utf8)), cur: cur, uidValidity: mailbox.uidValidity,
            keywords: try Self.letters(of: keywords, in: directory),
            known: try Self.known(in: cur, mailbox.uidValidity))
    }

    /// `.Work.Reports`: a dot within a level is written `%2e`.
    private static func file(_ path: MailboxPath) -> [UInt8] {
        path.bytes.split(separator: MailboxPath.separator).flatMap { level in
            [UInt8(ascii: ".")] + FolderName.file(level, escaping: [UInt8(ascii: ".")])
        }
    }

    /// The keywords that have letters; what an earlier run chose stays.
    private static func letters(of keywords: [Keyword], in directory: Folder) throws -> [Int: Keyword] {
        var letters: [Int: Keyword] = [:]
        if directory.kind(DovecotKeywords.file) == .file {
            letters = DovecotKeywords.parse(try directory.file(DovecotKeywords.file).whole())
        }
        let before = letters
        for keyword in keywords where !letters.values.contains(keyword) {
            if let free = (0..<26).first(where: { letters[$0] == nil }) { letters[free] = keyword }
        }
        if letters != before { try directory.replace(DovecotKeywords.file, with: DovecotKeywords.encode(letters)) }
        return letters
    }

    private static func known(in cur: Folder, _ uidValidity: UInt32) throws -> UIDSet {
        var uids: [UID] = []
        try cur.each { name in
            let parts = String(decoding: MaildirName(name).unique, as: UTF8.self).split(separator: ".")
            guard parts.count == 3, parts[2] == "lightmail", parts[1].first == "V" else { return }
            let numbers = parts[1].dropFirst().split(separator: "U")
            if numbers.count == 2, UInt32(numbers[0]) == uidValidity, let uid = UID(numbers[1]) { uids.append(uid) }
        }
        return UIDSet(uids)
    }

    package func has(_ uid: UID) -> Bool { open?.known.contains(uid) == true }

    package func begin(_ message: ExportedMessage) throws {
        guard let open else { return }
        let name = Array("\(max(message.internalDate, 0)).V\(open.uidValidity)U\(message.uid).lightmail".utf8)
        // Left by a run that was cut off.
        unlinkat(open.tmp.descriptor, Folder.text(name), 0)
        writing = Writing(name: name, message: message, file: try OutputFile(in: open.tmp, name))
    }

    package func write(_ bytes: [UInt8]) throws {
        guard let unix = writing?.endings.convert(bytes) else { return }
        try writing?.file.write(unix)
    }

    package func end() throws {
        guard let open, var done = writing else { return }
        writing = nil
        try done.file.write(done.endings.finish())
        try done.file.flush()
        try done.file.setDate(done.message.internalDate)
        let keywords = done.message.keywords.compactMap { keyword in
            open.keywords.first { $0.value == keyword }?.key
        }
        let isPassed = Keyword.forwarded.map { done.message.keywords.contains($0) } ?? false
        let info = MaildirName.info(done.message.flags, keywords: keywords, isPassed: isPassed)
        try open.tmp.move(done.name, to: open.cur, as: done.name + info)
    }

    package func close() {
        open = nil
    }

    package func subscribe(_ paths: [MailboxPath]) throws {
        let lines = paths.flatMap { path in
            path.bytes.split(separator: MailboxPath.separator)
                .map { FolderName.file($0, escaping: [UInt8(ascii: ".")]) }
                .joined(separator: [UInt8(ascii: ".")]) + [10]
        }
        try root.replace(Array("subscriptions".utf8), with: lines)
    }
}

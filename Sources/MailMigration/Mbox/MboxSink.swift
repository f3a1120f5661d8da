import Glibc
import LightMailCore

/// Writes an mbox a mailbox into a folder, quoted as mboxrd has it. How far each is stands in a file of `.lightmail-export`
/// beside them, so that another run goes on behind the last message that is whole.
package final class MboxSink: MessageSink {
    private struct Open {
        let name: [UInt8]
        let uidValidity: UInt32
        let file: OutputFile
        var last: UID
        /// Messages since the journal was written.
        var unwritten = 0
    }

    private let root: Folder
    private let journal: Folder
    private var open: Open?
    private var message: ExportedMessage?
    private var text = MboxWriter()
    /// Messages that may be written again by a run that continues.
    private static let journalled = 100

    package init(path: String) throws {
        root = try Folder.making(path: path)
        journal = try root.making(Array(".lightmail-export".utf8))
    }

    package func open(_ mailbox: Mailbox, keywords: [Keyword]) throws {
        let name = MboxFileName.file(mailbox.name)
        let isThere = root.kind(name) != nil
        let state = isThere ? try state(of: name) : nil
        if isThere {
            guard let state else {
                throw MigrationError(.item, "\(printable(name)) is there, and is not one that an export has made")
            }
            guard state.uidValidity == mailbox.uidValidity, try root.file(name).size() >= state.offset else {
                throw MigrationError(.item, "\(printable(name)) is not what the export has left; move it away")
            }
        } else {
            try OutputFile(in: root, name).flush()
        }
        open = Open(
            name: name, uidValidity: mailbox.uidValidity,
            file: try OutputFile(continuing: root, name, at: state?.offset ?? 0), last: state?.last ?? 0)
        try note()
    }

    /// From the journal: `UIDVALIDITY UID OFFSET`.
    private func state(of name: [UInt8]) throws -> (uidValidity: UInt32, last: UID, offset: Int64)? {
        guard journal.kind(name) == .file else { return nil }
        let fields = String(decoding: try journal.file(name).whole(limit: 100), as: UTF8.self).split { $0.isWhitespace }
        guard fields.count == 3, let uidValidity = UInt32(fields[0]), let last = UID(fields[1]),
            let offset = Int64(fields[2]), offset >= 0
        else { return nil }
        return (uidValidity, last, offset)
    }

    private func note() throws {
        guard let open else { return }
        try open.file.flush()
        try journal.replace(open.name, with: Array("\(open.uidValidity) \(open.last) \(open.file.offset)\n".utf8))
        self.open?.unwritten = 0
    }

    package func has(_ uid: UID) -> Bool { uid <= open?.last ?? 0 }

    package func begin(_ message: ExportedMessage) throws {
        self.message = message
        text = MboxWriter(message)
        try open?.file.write(FromLine.encode(date: message.internalDate))
    }

    package func write(_ bytes: [UInt8]) throws {
        try open?.file.write(text.take(bytes))
    }

    package func end() throws {
        guard let message else { return }
        try open?.file.write(text.finish())
        self.message = nil
        open?.last = message.uid
        open?.unwritten += 1
        if open?.unwritten ?? 0 >= Self.journalled { try note() }
    }

    package func close() throws {
        try open?.file.synchronise()
        try note()
        open = nil
    }

    /// An mbox has no place for them.
    package func subscribe(_ paths: [MailboxPath]) {}
}

/// From the bytes of a message to those of an mbox.
private struct MboxWriter {
    private var fragments = LineFragments()
    private var endings = UnixLineEndings()
    private var header = MboxHeader()
    private var own: [UInt8] = []
    private var isInLine = false

    init() {}

    init(_ message: ExportedMessage) {
        own = MboxHeader.fields(message.flags, message.keywords, uid: message.uid)
    }

    mutating func take(_ bytes: [UInt8]) -> [UInt8] {
        var splitter = fragments
        var result: [UInt8] = []
        splitter.feed(endings.convert(bytes)) { add($0, to: &result) }
        fragments = splitter
        return result
    }

    /// What is left, and the blank line behind every message.
    mutating func finish() -> [UInt8] {
        var result = take(endings.finish())
        var splitter = fragments
        splitter.finish { add($0, to: &result) }
        fragments = splitter
        if isInLine { result.append(10) }
        // A message of a header alone.
        if !header.isOver { result += own + [10] }
        return result + [10]
    }

    private mutating func add(_ line: LineFragments.Fragment, to result: inout [UInt8]) {
        let wasHeader = !header.isOver
        // Fields of an mbox that the message brought are not its flags.
        guard header.take(line) else { return }
        if wasHeader, header.isOver {
            result += own
            own = []
        }
        if !wasHeader, line.startsLine, MboxQuoting.isQuoted(line.bytes) { result.append(UInt8(ascii: ">")) }
        result += line.bytes
        isInLine = !line.endsLine
    }
}

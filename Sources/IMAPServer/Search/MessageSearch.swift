import IMAPSyntax
import LightMailCore
import MailFormat

/// A search as it was asked, made ready to be put to each message: texts in one case, the rest as it is.
struct MessageSearch: Sendable {
    let key: SearchKey
    let selected: SelectedMailbox
    /// Seconds since 1970.
    let now: Int64
    let needles: Needles
    /// What has to be read of messages that the index does not decide.
    let parts: DetailParts

    /// - Throws: for a charset that nobody knows, and a message number that the client cannot know.
    init(_ command: SearchCommand, in selected: SelectedMailbox) throws(CommandFailure) {
        key = command.key
        self.selected = selected
        now = Int64(UUIDv7Generator.wallClock() / 1000)
        var needles = try Needles(charset: command.charset)
        try needles.add(command.key, in: selected)
        self.needles = needles
        parts =
            command.key.contains(where: \.looksAtHeader)
            ? (needles.bodies.isEmpty ? .header : [.header, .structure]) : []
    }
}

/// The texts of a search, each folded once.
struct Needles: Sendable {
    private let charset: Charset
    private var folded: [[UInt8]: FoldedText] = [:]
    /// What is looked for in bodies.
    private(set) var bodies: Set<FoldedText> = []

    init(charset name: String?) throws(CommandFailure) {
        guard let name, name != "US-ASCII" else {
            charset = .utf8
            return
        }
        guard let known = Charset(Array(name.utf8)) else {
            throw .no("Unknown charset", .badCharset(["US-ASCII", "UTF-8"]))
        }
        charset = known
    }

    subscript(bytes: [UInt8]) -> FoldedText { folded[bytes] ?? FoldedText("") }

    fileprivate mutating func add(_ key: SearchKey, in selected: SelectedMailbox) throws(CommandFailure) {
        switch key {
        case .and(let keys):
            for key in keys { try add(key, in: selected) }
        case .or(let left, let right):
            try add(left, in: selected)
            try add(right, in: selected)
        case .not(let key): try add(key, in: selected)
        case .bcc(let text), .cc(let text), .from(let text), .subject(let text), .to(let text), .header(_, let text):
            try fold(text)
        case .body(let text), .text(let text):
            bodies.insert(try fold(text))
        case .sequence(let set): _ = try selected.positions(of: set, uid: false)
        default: break
        }
    }

    @discardableResult
    private mutating func fold(_ bytes: [UInt8]) throws(CommandFailure) -> FoldedText {
        guard let text = charset.decode(bytes) else { throw .bad("A text is not in the charset") }
        let folded = FoldedText(text)
        self.folded[bytes] = folded
        return folded
    }
}

extension SearchKey {
    /// Whether the header itself is needed, and not only what the rows say.
    fileprivate var looksAtHeader: Bool {
        switch self {
        case .bcc, .cc, .from, .subject, .to, .header, .text, .body, .sentBefore, .sentOn, .sentSince, .threadID: true
        default: false
        }
    }
}

/// Text in one case, to be compared byte by byte.
struct FoldedText: Hashable, Sendable {
    let bytes: [UInt8]

    init(_ text: String) {
        bytes = Array(text.lowercased().utf8)
    }

    /// Whether `needle` is part of it. The empty text is part of every text.
    func contains(_ needle: FoldedText) -> Bool {
        let wanted = needle.bytes
        guard let first = wanted.first else { return true }
        guard bytes.count >= wanted.count else { return false }
        return bytes.withUnsafeBufferPointer { text in
            wanted.withUnsafeBufferPointer { wanted in
                var position = 0
                let last = text.count - wanted.count
                while position <= last {
                    if text[position] == first {
                        var length = 1
                        while length < wanted.count, text[position + length] == wanted[length] { length += 1 }
                        if length == wanted.count { return true }
                    }
                    position += 1
                }
                return false
            }
        }
    }
}

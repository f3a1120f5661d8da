import IMAPSyntax
import LightMailCore
import MailFormat

/// A search as it was asked, made ready to be put to each message: texts in one case, the rest as it is.
struct MessageSearch: Sendable {
    let key: SearchKey
    let mailbox: SearchedMailbox
    /// Seconds since 1970.
    let now: Int64
    let needles: Needles
    /// What has to be read of messages that the index does not decide.
    let parts: DetailParts
    /// Whether envelopes are all of that, so that they can be read many at a time.
    let needsEnvelopesAtMost: Bool

    /// - Throws: for a charset that nobody knows.
    init(_ command: SearchCommand, in mailbox: SearchedMailbox) throws(CommandFailure) {
        key = command.key
        self.mailbox = mailbox
        now = Int64(UUIDv7Generator.wallClock() / 1000)
        needles = try Needles(command)
        var parts: DetailParts = []
        if needles.needsHeader { parts.insert(.shortHeader) }
        if needles.needsEnvelope { parts.insert(.storedEnvelope) }
        self.parts = parts
        needsEnvelopesAtMost = parts == .storedEnvelope && !needles.needsRow && needles.bodies.isEmpty
    }
}

/// The texts of a search, each folded once.
struct Needles: Sendable {
    private let charset: Charset
    private var folded: [[UInt8]: CasemappedText] = [:]
    /// What is looked for in bodies.
    private(set) var bodies: Set<CasemappedText> = []
    /// Whether something is looked for in headers, beyond what an envelope holds.
    private(set) var needsHeader = false
    /// Whether something is looked for in envelopes.
    private(set) var needsEnvelope = false
    /// Whether something is asked that neither the index nor the envelope knows.
    private(set) var needsRow = false

    /// - Throws: for a charset that nobody knows.
    init(_ command: SearchCommand) throws(CommandFailure) {
        guard let charset = Charset(Array((command.charset ?? "UTF-8").utf8)) else {
            throw .no("Unknown charset", .badCharset(["US-ASCII", "UTF-8"]))
        }
        self.charset = charset
        try add(command.key)
    }

    subscript(bytes: [UInt8]) -> CasemappedText { folded[bytes] ?? CasemappedText() }

    private mutating func add(_ key: SearchKey) throws(CommandFailure) {
        switch key {
        case .and(let keys):
            for key in keys { try add(key) }
        case .or(let left, let right):
            try add(left)
            try add(right)
        case .not(let key): try add(key)
        case .bcc(let text), .cc(let text), .from(let text), .subject(let text), .to(let text):
            needsEnvelope = true
            try fold(text)
        case .header(_, let text):
            needsHeader = true
            try fold(text)
        case .body(let text) where !text.isEmpty: bodies.insert(try fold(text))
        case .text(let text) where !text.isEmpty:
            needsHeader = true
            bodies.insert(try fold(text))
        case .threadID: needsHeader = true
        case .sentBefore, .sentOn, .sentSince: needsEnvelope = true
        case .emailID, .savedBefore, .savedOn, .savedSince: needsRow = true
        default: break
        }
    }

    @discardableResult
    private mutating func fold(_ bytes: [UInt8]) throws(CommandFailure) -> CasemappedText {
        guard let text = charset.decode(bytes) else { throw .bad("A text is not in the charset") }
        let folded = CasemappedText(text)
        self.folded[bytes] = folded
        return folded
    }
}

import LightMailCore

/// A mailbox of another store.
package struct SourceFolder: Sendable {
    /// What it is called there; only its own source understands it.
    let place: [UInt8]
    /// What it is called here.
    package let path: MailboxPath

    init(place: [UInt8], path: MailboxPath) {
        self.place = place
        self.path = path
    }
}

/// A message of another store that has not been read yet.
package struct SourceMessage: Sendable {
    /// 32 bytes that name it: the same in every run, whatever flags it has got meanwhile.
    package let identity: [UInt8]
    let flags: MessageFlags
    let keywords: [Keyword]
    /// Seconds since 1970; nil where it is not known.
    let internalDate: Int64?
    /// Where it is; only its own source understands it.
    let place: Place

    enum Place: Sendable {
        case file(folder: [UInt8], name: [UInt8])
        case range(Range<Int64>)
        case uid(UInt32)
    }

    /// For messages to the administrator.
    var label: String {
        switch place {
        case .file(_, let name): printable(name)
        case .range(let range): "the message at byte \(range.lowerBound)"
        case .uid(let uid): "UID \(uid)"
        }
    }
}

/// Another mail store, read from its beginning to its end. Used by one task.
package protocol MessageSource: AnyObject {
    /// All its mailboxes. Those that cannot be had here are told to `notice`.
    func folders(_ notice: (String) -> Void) async throws -> [SourceFolder]

    /// The names that its owner is subscribed to.
    func subscriptions() async throws -> [MailboxPath]

    /// Opens a mailbox.
    ///
    /// - Returns: how many units of `SourceBatch.progress` it has.
    func open(_ folder: SourceFolder, _ notice: (String) -> Void) async throws -> Int64

    /// The next messages of the open mailbox, at most 100; nil after the last.
    func next(_ notice: (String) -> Void) async throws -> SourceBatch?

    /// Reads a message, its lines ending in CRLF.
    ///
    /// - Throws: `MigrationError`, and what `sink` throws.
    func read(_ message: SourceMessage, into sink: ([UInt8]) async throws -> Void) async throws
}

/// Messages of a mailbox, and how far its source has come with it.
package struct SourceBatch: Sendable {
    let messages: [SourceMessage]
    /// Of what `open` gave.
    let progress: Int64

    /// Most messages in one.
    static let limit = 100
}

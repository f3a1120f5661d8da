import LightMailCore
import MailFormat

/// An account on another IMAP server (RFC 3501, RFC 9051), read with EXAMINE and BODY.PEEK: nothing changes there.
package final class IMAPSource: MessageSource {
    private let account: IMAPAccount
    private let conversation: IMAPConversation
    private let transport: IMAPTransport?
    private var folder: SourceFolder?
    private var uidValidity: UInt32 = 0
    /// Messages of the open mailbox, and how many of them have been asked for; both follow what the server expunges.
    private var count: UInt32 = 0
    private var asked: UInt32 = 0

    /// Connects and logs in.
    ///
    /// - Throws: `MigrationError` all.
    package static func connect(_ account: IMAPAccount) async throws -> IMAPSource {
        let transport = try IMAPTransport(account)
        try await transport.connect()
        let conversation = IMAPConversation(
            reader: IMAPReader { try await transport.receive() }, send: { try await transport.send($0) })
        return IMAPSource(account, conversation, transport)
    }

    init(_ account: IMAPAccount, _ conversation: IMAPConversation, _ transport: IMAPTransport? = nil) {
        self.account = account
        self.conversation = conversation
        self.transport = transport
    }

    /// Says goodbye.
    package func logout() async {
        // A server that hangs up at once has heard it.
        try? await conversation.command(Array("LOGOUT".utf8)) { try await self.pass($0) }
    }

    /// Follows the open mailbox in what is no answer to the command at hand.
    private func pass(_ response: IMAPConversation.Response) async throws {
        switch response {
        case .numbered(let number, "EXISTS"):
            count = number
            try await conversation.reader.skipResponse()
        case .numbered(let number, "EXPUNGE"):
            if number <= asked, asked > 0 { asked -= 1 }
            if count > 0 { count -= 1 }
            try await conversation.reader.skipResponse()
        case .numbered, .named: try await conversation.reader.skipResponse()
        case .text: break
        }
    }

    // MARK: Mailboxes

    private struct Listed {
        let name: [UInt8]
        let separator: UInt8?
        let attributes: [String]
    }

    private func list(_ command: String) async throws -> [Listed] {
        var found: [Listed] = []
        try await conversation.command(Array("\(command) \"\" \"*\"".utf8)) { response in
            guard case .named(let name) = response, name == command else { return try await self.pass(response) }
            let reader = self.conversation.reader
            guard try await reader.next() == .open else { throw IMAPReader.malformed }
            var attributes: [String] = []
            var token = try await reader.next()
            while token != .close {
                attributes.append(IMAPConversation.upper(try await reader.value(token)))
                token = try await reader.next()
            }
            let separator = try await reader.value(try await reader.next())
            let mailbox = try await reader.value(try await reader.next())
            try await reader.skipResponse()
            guard found.count < 100_000 else { throw MigrationError(.all, "the server lists too many mailboxes") }
            found.append(
                Listed(name: mailbox, separator: separator.count == 1 ? separator[0] : nil, attributes: attributes))
        }
        return found
    }

    /// Prefixes of names (RFC 2342): those of the account's own, and those of others'.
    private func namespaces() async throws -> (own: [[UInt8]], others: [[UInt8]]) {
        var groups: [[[UInt8]]] = []
        do {
            try await conversation.command(Array("NAMESPACE".utf8)) { response in
                guard case .named("NAMESPACE") = response else { return try await self.pass(response) }
                groups = try await self.namespaceGroups()
            }
        } catch let error as MigrationError where error.extent == .item {
            return ([], [])
        }
        return (groups.first ?? [], groups.dropFirst().flatMap(\.self).filter { !$0.isEmpty })
    }

    private func namespaceGroups() async throws -> [[[UInt8]]] {
        let reader = conversation.reader
        var groups: [[[UInt8]]] = []
        while true {
            switch try await reader.next() {
            case .end: return groups
            case .open:
                var prefixes: [[UInt8]] = []
                while try await reader.next() == .open {
                    prefixes.append(try await reader.value(try await reader.next()))
                    // The separator, and whatever an extension has behind it.
                    var token = try await reader.next()
                    while token != .close {
                        try await reader.skip(token)
                        token = try await reader.next()
                    }
                }
                groups.append(prefixes)
            default: groups.append([])
            }
            guard groups.count <= 10 else { throw IMAPReader.malformed }
        }
    }

    private var own: [[UInt8]] = []

    package func folders(_ notice: (String) -> Void) async throws -> [SourceFolder] {
        let (own, others) = try await namespaces()
        self.own = own.filter { !$0.isEmpty }
        var folders: [SourceFolder] = []
        for listed in try await list("LIST") {
            guard !listed.attributes.contains("\\NOSELECT"), !listed.attributes.contains("\\NONEXISTENT"),
                !others.contains(where: { listed.name.starts(with: $0) })
            else { continue }
            do throws(MigrationError) {
                folders.append(SourceFolder(place: listed.name, path: try path(listed)))
            } catch {
                notice("\(printable(listed.name)): \(error)")
            }
        }
        return folders.sorted { $0.path < $1.path }
    }

    package func subscriptions() async throws -> [MailboxPath] {
        do {
            return try await list("LSUB").compactMap { try? path($0) }
        } catch let error as MigrationError where error.extent == .item {
            return []
        }
    }

    private func path(_ listed: Listed) throws(MigrationError) -> MailboxPath {
        let prefix = own.first { listed.name.starts(with: $0) && listed.name.count > $0.count }
        let name = listed.name.dropFirst(prefix?.count ?? 0)
        guard let separator = listed.separator else { return try FolderName.path([name], isEscaped: false) }
        return try FolderName.path(name.split(separator: separator, omittingEmptySubsequences: false), isEscaped: false)
    }

    // MARK: Messages

    package func open(_ folder: SourceFolder, _ notice: (String) -> Void) async throws -> Int64 {
        guard let name = IMAPConversation.quoted(folder.place) else {
            throw MigrationError(.item, "its name cannot be said")
        }
        self.folder = nil
        count = 0
        asked = 0
        uidValidity = 0
        try await conversation.command(Array("EXAMINE ".utf8) + name) { response in
            guard case .text(let text) = response else { return try await self.pass(response) }
            let words = text.split { [32, UInt8(ascii: "["), UInt8(ascii: "]")].contains($0) }.map { Array($0) }
            if words.count > 1, IMAPConversation.upper(words[0]) == "UIDVALIDITY" {
                self.uidValidity = UInt32(String(decoding: words[1], as: UTF8.self)) ?? 0
            }
        }
        guard uidValidity > 0 else { throw MigrationError(.item, "the server gives it no UIDVALIDITY") }
        self.folder = folder
        return Int64(count)
    }

    package func next(_ notice: (String) -> Void) async throws -> SourceBatch? {
        guard let folder else { return nil }
        while asked < count {
            let last = min(asked + UInt32(SourceBatch.limit), count)
            let range = "\(asked + 1):\(last)"
            asked = last
            var messages: [SourceMessage] = []
            try await conversation.command(Array("FETCH \(range) (UID FLAGS INTERNALDATE)".utf8)) { response in
                guard case .numbered(_, "FETCH") = response else { return try await self.pass(response) }
                let fetched = try await self.fetched { _ in }
                // Others' changes of flags come without a UID.
                guard let uid = fetched.uid, fetched.hasFlags, messages.count < 2 * SourceBatch.limit else { return }
                messages.append(self.message(uid, fetched, in: folder))
            }
            if !messages.isEmpty { return SourceBatch(messages: messages, progress: Int64(asked)) }
        }
        return nil
    }

    private func message(_ uid: UInt32, _ fetched: Fetched, in folder: SourceFolder) -> SourceMessage {
        SourceMessage(
            identity: identity(
                Array("imap".utf8), Array(account.host.lowercased().utf8), Array(account.user.utf8), folder.place,
                Array("\(uidValidity)".utf8), Array("\(uid)".utf8)),
            flags: fetched.flags, keywords: fetched.keywords, internalDate: fetched.date, place: .uid(uid))
    }

    package func read(_ message: SourceMessage, into sink: ([UInt8]) async throws -> Void) async throws {
        guard case .uid(let uid) = message.place else { throw MigrationError(.item, "it is in another mailbox") }
        var endings = LineEndings()
        var failure: (any Error)?
        var hasBody = false
        try await conversation.command(Array("UID FETCH \(uid) (BODY.PEEK[])".utf8)) { response in
            guard case .numbered(_, "FETCH") = response else { return try await self.pass(response) }
            let fetched = try await self.fetched { bytes in
                // What the store does not take is read to its end, so that the next command finds its answer.
                guard failure == nil, !hasBody else { return }
                do {
                    try await sink(endings.normalise(bytes))
                } catch {
                    failure = error
                }
            }
            hasBody = hasBody || fetched.hasBody
        }
        if let failure { throw failure }
        guard hasBody else { throw MigrationError(.item, "the server does not give it") }
    }

    fileprivate struct Fetched {
        var uid: UInt32?
        var flags: MessageFlags = []
        var keywords: [Keyword] = []
        var hasFlags = false
        var date: Int64?
        var hasBody = false
    }

    /// Reads a FETCH response to its end.
    private func fetched(_ body: ([UInt8]) async throws -> Void) async throws -> Fetched {
        let reader = conversation.reader
        var fetched = Fetched()
        guard try await reader.next() == .open else { throw IMAPReader.malformed }
        while true {
            let token = try await reader.next()
            if token == .close { break }
            guard case .atom(let key) = token else { throw IMAPReader.malformed }
            let value = try await reader.next()
            switch IMAPConversation.upper(key) {
            case "UID": fetched.uid = UInt32(String(decoding: try await reader.value(value), as: UTF8.self))
            case "FLAGS":
                guard value == .open else { throw IMAPReader.malformed }
                fetched.hasFlags = true
                while case .atom(let flag) = try await reader.next() { fetched.add(flag) }
            case "INTERNALDATE": fetched.date = Self.date(try await reader.value(value))
            case "BODY[]":
                switch value {
                case .literal(let size):
                    try await reader.literal(size, into: body)
                    fetched.hasBody = true
                case .string(let bytes):
                    try await body(bytes)
                    fetched.hasBody = true
                default: try await reader.skip(value)
                }
            default: try await reader.skip(value)
            }
        }
        try await reader.skipResponse()
        return fetched
    }

    /// ` 7-Jul-1996 02:44:25 -0700`.
    private static func date(_ bytes: [UInt8]) -> Int64? {
        var text = bytes
        for index in text.indices.prefix(12) where text[index] == UInt8(ascii: "-") { text[index] = 32 }
        return MailDate(text)?.seconds
    }
}

extension IMAPSource.Fetched {
    fileprivate mutating func add(_ flag: [UInt8]) {
        switch IMAPConversation.upper(flag) {
        case "\\SEEN": flags.insert(.seen)
        case "\\ANSWERED": flags.insert(.answered)
        case "\\FLAGGED": flags.insert(.flagged)
        case "\\DELETED": flags.insert(.deleted)
        case "\\DRAFT": flags.insert(.draft)
        default:
            if let keyword = Keyword(String(decoding: flag, as: UTF8.self)), !keywords.contains(keyword),
                keywords.count < KeywordDictionary.capacity
            {
                keywords.append(keyword)
            }
        }
    }
}

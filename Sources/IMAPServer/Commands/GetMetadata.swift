import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 5464 4.2
    mutating func getMetadata(_ command: GetMetadataCommand) async throws -> Completion {
        guard command.entries.count <= Self.maximumEntries else { throw CommandFailure.no("Too many entries", .limit) }
        let account = try requireAccount().id
        let query = AnnotationQuery(command)
        var found: [Annotation]
        if command.mailbox.utf8.isEmpty {
            found = try await store.annotations.read(account, query) + service.annotations(query)
        } else {
            let (owner, path, _) = try await annotated(command.mailbox)
            found = try await store.annotations.read(owner, path, query)
            // What the owner keeps for itself.
            if owner != account { found.removeAll { $0.name.hasPrefix(Self.privateEntries) } }
        }
        found.append(contentsOf: command.missing(in: found))
        let shown = found.filter { $0.value != nil || $0.size == 0 }.compactMap { MetadataEntry($0) }
        if !shown.isEmpty { out.append(.metadata(command.mailbox, shown)) }
        let longest = found.filter { $0.value == nil }.map(\.size).max() ?? 0
        return .ok(
            ResponseText("Done", code: longest > 0 ? .metadataLongEntries(UInt32(clamping: longest)) : nil))
    }

    /// RFC 5464 3.3: a mailbox whose annotations this account may read and set, and whose it is. Nothing is looked up for the
    /// account's own names.
    func annotated(
        _ name: MailboxName
    ) async throws -> (owner: AccountID, path: MailboxPath, permit: MailboxPermit?) {
        let path = try existingPath(name)
        guard OtherUsers.contains(path) else { return (try requireAccount().id, path, nil) }
        let reached = try await reach(name, .lookUp)
        guard reached.rights.mayAnnotate else { throw StoreError(.forbidden) }
        return (reached.mailbox.account, reached.mailbox.name, try permit(reached.rights, on: reached))
    }

    /// What the names of private entries begin with.
    static let privateEntries = "/private/"

    /// Each is a condition of a query.
    static let maximumEntries = 256
}

extension MailboxRights {
    /// RFC 5464 3.3: with l, and one of r, s, w, i and p.
    var mayAnnotate: Bool {
        contains(.lookUp) && !isDisjoint(with: [.read, .seen, .write, .insert, .post])
    }
}

extension GetMetadataCommand {
    /// An entry that was named and has no value is shown as such, unless it stands for those below it.
    fileprivate func missing(in found: [Annotation]) -> [Annotation] {
        guard depth == .zero else { return [] }
        let names = Set(found.map(\.name))
        return entries.filter { !names.contains($0.string) }.map { Annotation($0.string, nil) }
    }
}

extension AnnotationQuery {
    init(_ command: GetMetadataCommand) {
        let depth: AnnotationQuery.Depth =
            switch command.depth {
            case .zero: .zero
            case .one: .one
            case .infinity: .infinity
            }
        self.init(
            command.entries.map(\.string), depth: depth, maximumSize: command.maxSize.map { Int($0) } ?? .max)
    }
}

extension MetadataEntry {
    /// Nil for a name that is none, which the store does not have.
    init?(_ annotation: Annotation) {
        guard let name = MetadataEntryName(annotation.name.utf8) else { return nil }
        self.init(name, annotation.value)
    }
}

extension IMAPService {
    /// What the server says of itself: the shared annotations, which nobody can change here (RFC 5464 3.2.1.1).
    func annotations(_ query: AnnotationQuery) -> [Annotation] {
        serverAnnotations.filter { query.includes($0.name) }.map { annotation in
            annotation.size <= query.maximumSize
                ? annotation : Annotation(name: annotation.name, value: nil, size: annotation.size)
        }
    }
}

import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.4, RFC 4314 4 (below another's mailbox), RFC 6154 3, RFC 8474 4.1
    mutating func create(_ name: MailboxName, _ uses: [MailboxAttribute]) async throws -> Completion {
        let account = try requireAccount().id
        var bytes = name.utf8
        // The client says that it will create names below: every mailbox can have some.
        if bytes.last == MailboxPath.separator { bytes.removeLast() }
        var specialUse = SpecialUse()
        for use in uses {
            guard let bit = SpecialUse(use) else { throw CommandFailure.no("No such special use", .useAttr) }
            specialUse.formUnion(bit)
        }
        let path = try MailboxPath(bytes)
        let place = try await store.access.place(account, path)
        let made = try await store.mailboxes.create(
            place.owner, place.path, specialUse: specialUse, by: place.owner == account ? nil : account)
        if place.owner == account { noteOwn(.created, path) }
        return .ok(ResponseText("Created", code: .mailboxID(IMAPSyntax.ObjectID(.mailbox, made.id.rawValue))))
    }
}

extension SpecialUse {
    /// Nil for \All and \Flagged, which would be views of all mailboxes, and for what is no special use.
    init?(_ attribute: MailboxAttribute) {
        switch attribute {
        case .archive: self = .archive
        case .drafts: self = .drafts
        case .junk: self = .junk
        case .sent: self = .sent
        case .trash: self = .trash
        case .important: self = .important
        default: return nil
        }
    }

    /// As LIST shows them.
    var attributes: [MailboxAttribute] {
        let table: [(SpecialUse, MailboxAttribute)] = [
            (.all, .all), (.archive, .archive), (.drafts, .drafts), (.flagged, .flagged), (.junk, .junk),
            (.sent, .sent), (.trash, .trash), (.important, .important),
        ]
        return table.filter { contains($0.0) }.map(\.1)
    }
}

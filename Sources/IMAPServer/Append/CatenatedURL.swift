import IMAPSyntax
import LightMailCore

/// What a URL of CATENATE stands for.
enum CatenatedContent {
    case bytes([UInt8])
    case stored(MessageContent)
}

extension Session {
    /// The octets that a URL names, among the mailboxes that this account may read.
    ///
    /// - Throws: NO [BADURL]; `StoreError` notFound when there is no such mailbox.
    func content(of url: [UInt8]) async throws -> CatenatedContent {
        let account = try requireAccount().id
        guard let parsed = MessageURL(url, base: try await baseMailbox(for: url, account), options: parserOptions)
        else {
            throw CommandFailure.no("No URL of a message here", .badURL(url))
        }
        let mailbox = try await reach(parsed.mailbox, .read).mailbox
        guard parsed.uidValidity == nil || parsed.uidValidity == mailbox.uidValidity else {
            throw CommandFailure.no("UIDVALIDITY has changed", .badURL(url))
        }
        let details = try await store.messages.details(
            account: mailbox.account, mailbox: mailbox.id, uids: [parsed.uid],
            parts: parsed.section.part.isEmpty ? .header : .structure, livingOnly: true)
        guard let message = details.first, let content = try await content(parsed.section, parsed.partial, of: message)
        else { throw CommandFailure.no("No such message or part", .badURL(url)) }
        return content
    }

    /// RFC 4469 3: a URL that does not begin with a slash is relative to the selected mailbox.
    private func baseMailbox(for url: [UInt8], _ account: AccountID) async throws -> MailboxName? {
        guard url.first != UInt8(ascii: "/"), let selected else { return nil }
        return try await store.access.list(account).first { $0.mailbox.id == selected.id }.map { MailboxName($0.name) }
    }

    private func content(
        _ section: SectionSpec, _ partial: Partial?, of details: MessageDetails
    ) async throws -> CatenatedContent? {
        switch SectionContent(section, of: details) {
        case .absent: return nil
        case .bytes(let bytes): return .bytes(bytes.cut(to: partial))
        case .range(let range): return .stored(store.messages.content(of: details, range: range.cut(to: partial)))
        case .fields(let range, let names, let inverted):
            let header = try await collect(details, range, limit: SectionContent.maximumHeader)
            return .bytes(header.fields(names, inverted: inverted).cut(to: partial))
        }
    }
}

extension [UInt8] {
    fileprivate func cut(to partial: Partial?) -> [UInt8] {
        let range = (0..<UInt64(count)).cut(to: partial)
        return Array(self[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}

import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 3501 6.3.9
    mutating func lsub(_ reference: MailboxName, _ pattern: ListPattern) async throws -> Completion {
        let account = try requireAccount().id
        let subscriptions = try await store.mailboxes.subscriptions(account)
        let wanted = pattern.under(reference)
        var names: [MailboxPath: Bool] = [:]
        for path in subscriptions {
            if wanted.matches(MailboxName(path)) {
                names[path] = true
            } else {
                // "foo/%" with only "foo/bar/baz" subscribed shows "foo/bar", which then cannot be selected.
                for superior in path.superiors where names[superior] == nil && wanted.matches(MailboxName(superior)) {
                    names[superior] = false
                }
            }
        }
        for (path, isSubscribed) in names.sorted(by: { $0.key < $1.key }) {
            out.append(.lsub(MailboxListing(attributes: isSubscribed ? [] : [.noSelect], name: MailboxName(path))))
            try await flush()
        }
        return .ok(ResponseText("Done"))
    }
}

import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9208 4.1.2. All mailboxes of an account have the same roots, those that are not there yet too.
    /// What another uses of its quota is told to nobody but who sets the quotas of the domain: its mailboxes show no roots.
    mutating func getQuotaRoot(_ name: MailboxName) async throws -> Completion {
        var owner = try requireAccount().id
        if let path = try? name.path, OtherUsers.contains(path) {
            let reached = try await reach(name, .read)
            // Rights stay within a domain: it is the administrator's.
            guard reached.isOwn || quotaAdministrator != nil else {
                out.append(.quotaRoots(name, []))
                return .ok(ResponseText("Done"))
            }
            owner = reached.mailbox.account
        }
        let quotas = try await store.quotas.applying(to: owner)
        out.append(.quotaRoots(name, quotas.map { Array($0.name.utf8) }))
        for quota in quotas { out.append(.quota(root: Array(quota.name.utf8), quota.resources)) }
        return .ok(ResponseText("Done"))
    }
}

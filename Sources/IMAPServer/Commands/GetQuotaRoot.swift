import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9208 4.1.2. All mailboxes of an account have the same roots, those that are not there yet too.
    /// What another uses of its quota is told to nobody: its mailboxes show no roots.
    mutating func getQuotaRoot(_ name: MailboxName) async throws -> Completion {
        if let path = try? name.path, OtherUsers.contains(path), try await !reach(name, .read).isOwn {
            out.append(.quotaRoots(name, []))
            return .ok(ResponseText("Done"))
        }
        let quotas = try await store.quotas.applying(to: try requireAccount().id)
        out.append(.quotaRoots(name, quotas.map { Array($0.name.utf8) }))
        for quota in quotas { out.append(.quota(root: Array(quota.name.utf8), quota.resources)) }
        return .ok(ResponseText("Done"))
    }
}

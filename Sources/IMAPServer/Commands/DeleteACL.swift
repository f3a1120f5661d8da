import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 4314 3.2
    mutating func deleteACL(_ name: MailboxName, _ identifier: [UInt8]) async throws -> Completion {
        let reached = try await reach(name, .administer)
        try await store.access.change(
            reached, try Grantee(identifier), RightsChange(.replace, []), permit: try permit(.administer, on: reached))
        return .ok(ResponseText("Rights are taken"))
    }
}

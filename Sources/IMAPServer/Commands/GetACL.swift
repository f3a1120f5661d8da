import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 4314 3.3
    mutating func getACL(_ name: MailboxName) async throws -> Completion {
        let grants = try await store.access.grants(on: try await reach(name, .administer))
        out.append(.acl(name, grants.map { AccessEntry(Array($0.identifier.utf8), $0.rights.letters) }))
        return .ok(ResponseText("Done"))
    }
}

import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 4314 3.5: for whoever holds one of l, r, i, k, x and a.
    mutating func myRights(_ name: MailboxName) async throws -> Completion {
        let reached = try await reach(name, [])
        guard !reached.rights.isDisjoint(with: [.lookUp, .read, .insert, .create, .delete, .administer]) else {
            throw StoreError(.notFound)
        }
        out.append(.myRights(name, reached.rights.letters))
        return .ok(ResponseText("Done"))
    }
}

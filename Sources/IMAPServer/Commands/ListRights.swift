import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 4314 3.4: the owner always holds every right, everybody else can be given each by itself. Whether there is such
    /// an account is not said.
    mutating func listRights(_ name: MailboxName, _ identifier: [UInt8]) async throws -> Completion {
        let reached = try await reach(name, .administer)
        let isOwner = try await store.access.isOwner(try Grantee(identifier), of: reached)
        out.append(
            .listRights(
                name, identifier: identifier, required: isOwner ? MailboxRights.all.letters : [],
                optional: isOwner ? [] : MailboxRights.singleLetters))
        return .ok(ResponseText("Done"))
    }
}

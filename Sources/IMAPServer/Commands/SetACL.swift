import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 4314 3.1
    mutating func setACL(
        _ name: MailboxName, _ identifier: [UInt8], _ modification: RightsModification
    ) async throws -> Completion {
        guard let rights = MailboxRights(letters: modification.rights) else {
            throw CommandFailure.bad("No such right")
        }
        let reached = try await reach(name, .administer)
        try await store.access.change(
            reached, try Grantee(identifier), RightsChange(modification.change, rights),
            permit: try permit(.administer, on: reached))
        return .ok(ResponseText("Rights are set"))
    }
}

extension RightsModification {
    fileprivate var change: RightsChange.Operation {
        switch operation {
        case .replace: .replace
        case .add: .add
        case .remove: .remove
        }
    }
}

extension Grantee {
    /// As a client writes it.
    init(_ identifier: [UInt8]) throws(StoreError) {
        try self.init(String(decoding: identifier, as: UTF8.self))
    }
}

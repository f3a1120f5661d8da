import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9208 4.1.1. The roots are the account's address and its domain's name; nobody but who sets the quotas of its domain
    /// is told of another's.
    mutating func getQuota(_ root: [UInt8]) async throws -> Completion {
        let quotas = try await store.quotas.applying(to: try requireAccount().id)
        var found = quotas.first { root.elementsEqual($0.name.utf8) }
        if found == nil, let address = governedRoot(root) {
            do throws(StoreError) {
                found = try await store.quotas.find(.account(address))
            } catch {
                guard error.kind == .notFound else { throw error }
            }
        }
        guard let quota = found else { throw CommandFailure.no("No such quota root", .nonExistent) }
        out.append(.quota(root: root, quota.resources))
        return .ok(ResponseText("Done"))
    }
}

extension Quota {
    /// Those that are limited (RFC 9208 4.2.1). A part of a unit that is used is a unit; one that is allowed is none.
    var resources: [QuotaResourceValue] {
        var values: [QuotaResourceValue] = []
        if let limit = bytes.limit {
            values.append(QuotaResourceValue(.storage, usage: bytes.used.units, limit: limit / 1024))
        }
        if let limit = messages.limit {
            values.append(QuotaResourceValue(.message, usage: messages.used, limit: limit))
        }
        if let mailboxes, let limit = mailboxes.limit {
            values.append(QuotaResourceValue(.mailbox, usage: mailboxes.used, limit: limit))
        }
        return values
    }
}

extension UInt64 {
    /// Octets in units of 1024 (RFC 9208 5.1).
    fileprivate var units: UInt64 { self / 1024 + (self % 1024 == 0 ? 0 : 1) }
}

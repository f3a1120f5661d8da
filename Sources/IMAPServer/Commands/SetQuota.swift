import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9208 4.1.3. Who is named in `[imap] quota_administrators` sets the quotas of the accounts of its domain, as the
    /// Admin API does; what is not listed is lifted. The domain's own quota is the operator's. Others are told that they
    /// may not.
    mutating func setQuota(_ root: [UInt8], _ limits: [QuotaLimit]) async throws -> Completion {
        guard let administrator = quotaAdministrator else {
            throw CommandFailure.no("Quotas are set by the administrator", .noPerm)
        }
        if root.elementsEqual(administrator.domain.utf8) {
            throw CommandFailure.no("The quota of a domain is set by the operator", .noPerm)
        }
        guard let address = governedRoot(root) else { throw CommandFailure.no("No such quota root", .nonExistent) }
        let change = try QuotaChange(replacingAllBy: limits)
        let quota: Quota
        do throws(StoreError) {
            try await store.quotas.change(.account(address), change)
            quota = try await store.quotas.find(.account(address))
        } catch {
            guard error.kind == .notFound else { throw error }
            throw CommandFailure.no("No such quota root", .nonExistent)
        }
        logger.notice("quota set", metadata: ["quota_root": "\(address)"])
        out.append(.quota(root: root, quota.resources))
        return .ok(ResponseText("Quota is set"))
    }

    /// The session's own address, where the operator has named it among those that set quotas.
    var quotaAdministrator: EmailAddress? {
        let administrators = service.limits.quotaAdministrators
        guard !administrators.isEmpty, let account, let address = try? EmailAddress(account.username) else {
            return nil
        }
        return administrators.contains(address) ? address : nil
    }

    /// The account whose quota root that is, if it may be one of the administrator's domain: a root has one spelling.
    func governedRoot(_ root: [UInt8]) -> EmailAddress? {
        guard let administrator = quotaAdministrator,
            let address = try? EmailAddress(String(decoding: root, as: UTF8.self)),
            address.domain == administrator.domain, root.elementsEqual(address.description.utf8)
        else { return nil }
        return address
    }
}

extension QuotaChange {
    /// All limits, those that are not listed lifted (RFC 9208 4.1.3).
    ///
    /// - Throws: BAD for a resource that is named twice; NO for one that there is not, and for a limit that is too large to be
    ///   counted: then nothing is changed.
    fileprivate init(replacingAllBy limits: [QuotaLimit]) throws(CommandFailure) {
        var wanted: [QuotaResourceName: UInt64] = [:]
        for limit in limits {
            guard let name = QuotaResourceName(rawValue: limit.name) else {
                throw .no("There is no limit of \(limit.name)", .cannot)
            }
            guard wanted.updateValue(limit.limit, forKey: name) == nil else {
                throw .bad("\(limit.name) is named twice")
            }
        }
        func limit(_ name: QuotaResourceName, unit: UInt64 = 1) throws(CommandFailure) -> Limit {
            guard let value = wanted[name] else { return .none }
            guard value <= UInt64(Int64.max) / unit else { throw .no("The limit is too large", .limit) }
            return .at(value * unit)
        }
        self.init(
            bytes: try limit(.storage, unit: 1024), messages: try limit(.message), mailboxes: try limit(.mailbox))
    }
}

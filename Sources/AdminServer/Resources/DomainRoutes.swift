import Hummingbird
import LightMailCore
import LightMailDaemon

/// Domains: list, make, stop, remove.
enum DomainRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/domains", .read, list),
            Route(.post, "/admin/domains", .write, create),
            Route(.get, "/admin/domains/{domain_id}", .read, show),
            Route(.patch, "/admin/domains/{domain_id}", .write, change),
            Route(.delete, "/admin/domains/{domain_id}", .write, remove),
        ]
    }

    private struct Details: Encodable {
        let id: UInt64
        let name: String
        let isActive: Bool
        let accounts: Int
        let usedBytes: Int64
        let usedMessages: Int64
        /// Limits of what its accounts use together; null for none.
        @Nullable var quotaBytes: UInt64?
        @Nullable var quotaMessages: UInt64?
        let createdAt: Timestamp

        init(_ domain: DomainRecord) {
            id = domain.id
            name = domain.name.description
            isActive = domain.isActive
            accounts = domain.accounts
            usedBytes = domain.usedBytes
            usedMessages = domain.usedMessages
            quotaBytes = domain.quotaBytes
            quotaMessages = domain.quotaMessages
            createdAt = Timestamp(domain.createdAt)
        }
    }

    private struct NewDomain: Decodable {
        let name: String
    }

    private struct Change: Decodable {
        let isActive: Bool?
        let quota: QuotaChange

        private enum CodingKeys: String, CodingKey {
            case isActive
        }

        init(from decoder: any Decoder) throws {
            isActive = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(Bool.self, forKey: .isActive)
            quota = try QuotaChange(named: decoder)
        }
    }

    private static func list(_ request: AdminRequest) async throws -> Answer {
        try .json(try await request.store.administration.domains().map(Details.init))
    }

    private static func create(_ request: AdminRequest) async throws -> Answer {
        let wanted: NewDomain = try request.decode()
        let name = try DomainName(wanted.name)
        try await request.store.accounts.addDomain(name)
        let domain = try await request.store.administration.domain(name)
        return try .json(Details(domain), status: .created, location: "/admin/domains/\(domain.id)")
    }

    private static func show(_ request: AdminRequest) async throws -> Answer {
        try .json(Details(try await request.domain()))
    }

    private static func change(_ request: AdminRequest) async throws -> Answer {
        let wanted: Change = try request.decode()
        let domain = try await request.domain()
        if let isActive = wanted.isActive {
            try await request.store.administration.setActive(domain: domain.id, isActive)
        }
        if wanted.quota != QuotaChange() {
            try await request.store.quotas.change(.domain(domain.name), try wanted.quota.checked())
        }
        return try .json(Details(try await request.domain()))
    }

    private static func remove(_ request: AdminRequest) async throws -> Answer {
        let domain = try await request.domain()
        try await request.store.accounts.removeDomain(domain.name)
        return try .json(Deleted(id: domain.id))
    }
}

extension AdminRequest {
    fileprivate func domain() async throws -> DomainRecord {
        try await store.administration.domain(try number("domain_id"))
    }
}

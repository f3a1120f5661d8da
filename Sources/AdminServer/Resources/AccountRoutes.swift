import Hummingbird
import LightMailCore
import LightMailDaemon

/// Accounts: list, make, change, remove, restore.
enum AccountRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/accounts", .read, list),
            Route(.post, "/admin/accounts", .write, create),
            Route(.get, "/admin/accounts/{account_id}", .read, show),
            Route(.put, "/admin/accounts/{account_id}", .write, setPassword),
            Route(.patch, "/admin/accounts/{account_id}", .write, change),
            Route(.delete, "/admin/accounts/{account_id}", .write, remove),
            Route(.post, "/admin/accounts/{account_id}/restore", .write, restore),
        ]
    }

    private struct Item: Encodable {
        let id: UInt64
        let username: String
        let isActive: Bool

        init(_ account: Account) {
            id = account.id.rawValue
            username = account.username
            isActive = account.isActive
        }
    }

    private struct Created: Encodable {
        let id: UInt64
        let username: String
    }

    private struct Updated: Encodable {
        let id: UInt64
        let username: String
        let updated = true
    }

    private struct NewAccount: Decodable {
        let username: String
        let password: String
        let quotaBytes: UInt64?
        let quotaMessages: UInt64?
    }

    private struct NewPassword: Decodable {
        let password: String
    }

    private static func list(_ request: AdminRequest) async throws -> Answer {
        let paging = try Paging<String>(request, limit: nil, keeping: ["domain_id"])
        let accounts = try await request.store.administration.accounts(
            domain: try request.queryNumber("domain_id"), page: paging.page)
        return try paging.answer(accounts, key: \.username, Item.init)
    }

    private static func create(_ request: AdminRequest) async throws -> Answer {
        let wanted: NewAccount = try request.decode()
        let account = try await request.store.accounts.add(
            try EmailAddress(wanted.username), password: Array(wanted.password.utf8),
            quotaBytes: try QuotaChange.checked(wanted.quotaBytes),
            quotaMessages: try QuotaChange.checked(wanted.quotaMessages))
        return try .json(
            Created(id: account.id.rawValue, username: account.username), status: .created,
            location: "/admin/accounts/\(account.id)")
    }

    private static func show(_ request: AdminRequest) async throws -> Answer {
        try .json(AccountDetails(try await request.account()))
    }

    private static func setPassword(_ request: AdminRequest) async throws -> Answer {
        let wanted: NewPassword = try request.decode()
        let account = try await request.account().account
        try await request.store.accounts.setPassword(
            try EmailAddress(account.username), password: Array(wanted.password.utf8))
        return try .json(Updated(id: account.id.rawValue, username: account.username))
    }

    /// What is named is changed; a quota of null lifts the limit.
    private static func change(_ request: AdminRequest) async throws -> Answer {
        let wanted: AccountChange = try request.decode()
        let account = try await request.account().account
        let address = try EmailAddress(account.username)
        if let isActive = wanted.isActive { try await request.store.accounts.setActive(address, isActive) }
        if wanted.quota != QuotaChange() {
            try await request.store.quotas.change(.account(address), try wanted.quota.checked())
        }
        return try .json(AccountDetails(try await request.store.administration.account(account.id)))
    }

    private static func remove(_ request: AdminRequest) async throws -> Answer {
        let account = try await request.account().account
        try await request.store.accounts.remove(try EmailAddress(account.username))
        return try .json(Deleted(id: account.id.rawValue))
    }

    private static func restore(_ request: AdminRequest) async throws -> Answer {
        let id = AccountID(try request.number("account_id"))
        return try .json(
            AccountDetails(
                try await request.store.administration.restoreAccount(id, retention: request.service.retention)))
    }
}

/// What a DELETE answers.
struct Deleted: Encodable {
    let deleted = true
    let id: UInt64
}

/// All that is known of an account.
struct AccountDetails: Encodable {
    let id: UInt64
    let username: String
    let domainId: UInt64
    let isActive: Bool
    let usedBytes: Int
    let usedMessages: Int
    /// Limits; null for none.
    @Nullable var quotaBytes: UInt64?
    @Nullable var quotaMessages: UInt64?
    @Nullable var quotaMailboxes: UInt64?
    let createdAt: Timestamp

    init(_ record: AccountRecord) {
        id = record.account.id.rawValue
        username = record.account.username
        domainId = record.domain
        isActive = record.account.isActive
        usedBytes = record.account.usedBytes
        usedMessages = record.account.usedMessages
        quotaBytes = record.account.quotaBytes
        quotaMessages = record.account.quotaMessages
        quotaMailboxes = record.quotaMailboxes
        createdAt = Timestamp(record.createdAt)
    }
}

/// What a PATCH of an account holds.
private struct AccountChange: Decodable {
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

extension AdminRequest {
    /// The living account that the path names.
    func account() async throws -> AccountRecord {
        try await store.administration.account(AccountID(try number("account_id")))
    }
}

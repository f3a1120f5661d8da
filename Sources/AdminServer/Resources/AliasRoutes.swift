import Hummingbird
import LightMailCore

/// Aliases: list, make, remove.
enum AliasRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/aliases", .read, list),
            Route(.post, "/admin/aliases", .write, create),
            Route(.delete, "/admin/aliases/{alias_id}", .write, remove),
        ]
    }

    private struct Item: Encodable {
        let id: UInt64
        let address: String
        let accountId: UInt64
        let target: String

        init(_ alias: AliasRecord) {
            id = alias.id
            address = alias.address
            accountId = alias.account.rawValue
            target = alias.target
        }
    }

    private struct NewAlias: Decodable {
        let address: String
        let target: String
    }

    private static func list(_ request: AdminRequest) async throws -> Answer {
        let paging = try Paging<UInt64>(request, limit: nil, keeping: ["account_id"])
        let account = try request.queryNumber("account_id").map { AccountID($0) }
        let aliases = try await request.store.administration.aliases(account: account, page: paging.page)
        return try paging.answer(aliases, key: \.id, Item.init)
    }

    private static func create(_ request: AdminRequest) async throws -> Answer {
        let wanted: NewAlias = try request.decode()
        let target = try EmailAddress(wanted.target)
        let id = try await request.store.accounts.addAlias(wanted.address, to: target)
        let alias = try await request.store.administration.alias(id)
        return try .json(Item(alias), status: .created)
    }

    private static func remove(_ request: AdminRequest) async throws -> Answer {
        let alias = try await request.store.administration.alias(try request.number("alias_id"))
        try await request.store.accounts.removeAlias(alias.address, to: try EmailAddress(alias.target))
        return try .json(Deleted(id: alias.id))
    }
}

import Hummingbird
import LightMailCore
import LightMailDaemon

/// What is blocked after failed logins, and the end of a block.
enum LoginRoutes {
    static var all: [Route] {
        [
            Route(.get, "/admin/logins/blocked", .read, list),
            Route(.post, "/admin/logins/unblock", .write, unblock),
        ]
    }

    private struct Item: Encodable {
        /// Null where a network is blocked for all accounts.
        @Nullable var account: String?
        /// Null where an account is blocked for all networks that its owner is not known in.
        @Nullable var network: String?
        let failures: Int
        /// 0 for what has failed and is not blocked.
        let blockedSeconds: Int

        init(_ block: LoginBlock) {
            account = block.account
            network = block.network
            failures = block.failures
            blockedSeconds = block.seconds
        }
    }

    private struct Subject: Decodable {
        let subject: String
    }

    private struct Unblocked: Encodable {
        let unblocked = true
        let subject: String
    }

    private static func list(_ request: AdminRequest) async throws -> Answer {
        let all = request.query("all") ?? "false"
        guard all == "true" || all == "false" else { throw Problem(.badRequest, "all is true or false") }
        return try .json(try await request.store.accounts.loginBlocks(all: all == "true").map(Item.init))
    }

    private static func unblock(_ request: AdminRequest) async throws -> Answer {
        let wanted: Subject = try request.decode()
        return try .json(Unblocked(subject: try await request.store.unblock(wanted.subject)))
    }
}

extension Store {
    /// Forgets the failed logins of an account, or of a client's address or network.
    ///
    /// - Returns: the account, or the network that an address is counted in.
    func unblock(_ subject: String) async throws -> String {
        let subject = IPAddress(subject).map { Network(of: $0).description } ?? subject
        try await accounts.unblock(subject)
        return subject
    }
}

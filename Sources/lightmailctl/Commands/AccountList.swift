import ArgumentParser
import LightMailCore
import LightMailDaemon

/// Lists accounts.
struct AccountList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "List the accounts: address, active or disabled, bytes used, bytes allowed, messages used, messages allowed.",
        discussion: "A limit that is not set is shown as a hyphen.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Option(help: "Only the accounts of this domain.") var domain: String?

    func run(on store: Store) async throws -> Report {
        let accounts = try await store.accounts.list(domain: try domain.map { try DomainName($0) })
        return Report(
            accounts.map { account in
                Report.line([
                    account.username, account.isActive ? "active" : "disabled",
                    "\(account.usedBytes)", account.quotaBytes.map { "\($0)" } ?? "-",
                    "\(account.usedMessages)", account.quotaMessages.map { "\($0)" } ?? "-",
                ])
            }, accounts.map(AccountRow.init))
    }
}

/// An account as JSON.
struct AccountRow: Encodable {
    let id: UInt64
    let address: String
    let active: Bool
    let usedBytes: Int
    let usedMessages: Int
    /// Limits; null for none, so that the key is always there.
    @Nullable var quotaBytes: UInt64?
    @Nullable var quotaMessages: UInt64?

    init(_ account: Account) {
        id = account.id.rawValue
        address = account.username
        active = account.isActive
        usedBytes = account.usedBytes
        usedMessages = account.usedMessages
        quotaBytes = account.quotaBytes
        quotaMessages = account.quotaMessages
    }
}

import ArgumentParser
import LightMailCore

/// Sets or lifts an account's limits.
struct AccountQuota: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "quota", abstract: "Set what an account may hold; a limit that is not named is lifted.",
        discussion: """
            Examples:
              lightmailctl account quota user@example.com --bytes 1000000000 --messages 50000
              lightmailctl account quota user@example.com
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address.") var address: String
    @Option(help: ArgumentHelp("Bytes of mail.", valueName: "bytes")) var bytes: UInt64?
    @Option(help: ArgumentHelp("Messages.", valueName: "count")) var messages: UInt64?

    func run(on store: Store) async throws -> Report {
        let address = try EmailAddress(address)
        try await store.accounts.setQuota(address, bytes: bytes, messages: messages)
        return Report(["changed the quota of \(address)"], AccountRow(try await store.accounts.find(address)))
    }
}

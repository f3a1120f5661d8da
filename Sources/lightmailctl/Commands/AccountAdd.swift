import ArgumentParser
import LightMailCore

/// Makes an account.
struct AccountAdd: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Make an account with INBOX and the usual folders.",
        discussion: """
            Without --password and --password-stdin the password is asked for on the terminal. An account that exists \
            already is an error, and nothing changes.

            Examples:
              lightmailctl account add user@example.com
              lightmailctl account add user@example.com --password-stdin < secret.txt
              lightmailctl account add user@example.com --quota-bytes 1000000000
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The whole address, such as user@example.com.") var address: String
    @OptionGroup var password: PasswordOptions
    @Option(help: ArgumentHelp("Bytes of mail the account may hold; no limit without it.", valueName: "bytes"))
    var quotaBytes: UInt64?
    @Option(help: ArgumentHelp("Messages the account may hold; no limit without it.", valueName: "count"))
    var quotaMessages: UInt64?

    func run(on store: Store) async throws -> Report {
        let account = try await store.accounts.add(
            try EmailAddress(address), password: try password.read(), quotaBytes: quotaBytes,
            quotaMessages: quotaMessages)
        return Report(["added account \(account.username)"], AccountRow(account))
    }
}

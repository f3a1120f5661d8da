import ArgumentParser
import LightMailCore
import MailMigration

/// Writes mbox files.
struct ExportMbox: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "mbox", abstract: "Write an account's mail to mbox files (mboxrd), one a mailbox.",
        discussion: """
            The folder gets NAME.mbox for each mailbox, with %2f between the levels of a name; flags and keywords stand in Status, \
            X-Status and X-Keywords. How far each file is stands in .lightmail-export there.

            Example:
              lightmailctl export mbox user@example.com /home/user/mail
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address.") var address: String
    @Argument(help: "The folder; it is made where it is missing.", completion: .directory) var path: String

    func run(on store: Store) async throws -> Report {
        let account = try await store.accounts.find(try EmailAddress(address))
        return try await ExportRun.write(account, of: store, to: try MboxSink(path: path))
    }
}

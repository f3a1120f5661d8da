import ArgumentParser
import LightMailCore
import MailMigration

/// Writes a Maildir.
struct ExportMaildir: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "maildir", abstract: "Write an account's mail to a Maildir with folders (Maildir++).",
        discussion: """
            The first 26 keywords of a mailbox are written as Dovecot has them (dovecot-keywords). A dot in a mailbox's name is \
            written %2e.

            Example:
              lightmailctl export maildir user@example.com /home/user/Maildir
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address.") var address: String
    @Argument(help: "The Maildir; it is made where it is missing.", completion: .directory) var path: String

    func run(on store: Store) async throws -> Report {
        let account = try await store.accounts.find(try EmailAddress(address))
        return try await ExportRun.write(account, of: store, to: try MaildirSink(path: path))
    }
}

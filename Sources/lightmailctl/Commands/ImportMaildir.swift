import ArgumentParser
import LightMailCore
import MailMigration

/// Takes a Maildir.
struct ImportMaildir: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "maildir",
        abstract: "Take a Maildir with its folders, as Dovecot and Courier have them (Maildir++).",
        discussion: """
            Flags are those of the files' names, keywords those of dovecot-keywords, dates those of the files; what Dovecot's or \
            Courier's file of subscriptions names is subscribed to. Symbolic links are refused.

            Example:
              lightmailctl import maildir /home/user/Maildir user@example.com
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The Maildir: the folder with cur and new in it.", completion: .directory) var path: String
    @Argument(help: "The account that gets the mail.") var address: String

    func run(on store: Store) async throws -> Report {
        let account = try await store.accounts.find(try EmailAddress(address))
        return try await ImportRun.take(try MaildirSource(path: path), into: account, of: store)
    }
}

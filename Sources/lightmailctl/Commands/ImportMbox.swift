import ArgumentParser
import LightMailCore
import MailMigration

/// Takes an mbox.
struct ImportMbox: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "mbox", abstract: "Take an mbox, or a folder of them.",
        discussion: """
            A file's messages go to INBOX, or to the mailbox that is named. Of a folder each file is a mailbox, and folders in it \
            are levels; the ending .mbox is dropped. Flags are those of Status and X-Status, keywords those of X-Keywords, dates \
            those of the From lines, in UTC where they have no zone. Messages that are alike to the byte are taken once.

            Examples:
              lightmailctl import mbox /var/mail/user user@example.com
              lightmailctl import mbox archive-2019 user@example.com --mailbox Archive/2019
              lightmailctl import mbox /home/user/mail user@example.com
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The mbox, or a folder of them.", completion: .file()) var path: String
    @Argument(help: "The account that gets the mail.") var address: String
    @Option(help: "The mailbox that gets a file's messages.") var mailbox = "INBOX"

    func run(on store: Store) async throws -> Report {
        let account = try await store.accounts.find(try EmailAddress(address))
        return try await ImportRun.take(
            try MboxSource(path: path, mailbox: try MailboxPath(mailbox)), into: account, of: store)
    }
}

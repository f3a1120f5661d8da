import ArgumentParser
import LightMailCore
import MailMigration

/// Writes all of an account into one file.
struct BackupCommand: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write one account, with all that it has, into one file.",
        discussion: """
            The file has the account's settings and password hash, aliases, subscriptions, mailboxes with UIDVALIDITY, UIDs, flags, \
            keywords, dates, mod-sequences, annotations and rights, every message, and the calendars; what was deleted is not in it. \
            It is a tar that only its owner can read, and has its name when it is whole. Daemons may run meanwhile: each mailbox is \
            as it was at one moment. For all accounts together see docs/OPERATIONS.md, Backup.

            Example:
              lightmailctl backup user@example.com /srv/backup/user.tar
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address.") var address: String
    @Argument(help: "The file, which must not be there.", completion: .file()) var path: String
    @Flag(help: "Leave the password's hash out: whoever restores sets a new password.") var withoutPassword = false

    func run(on store: Store) async throws -> Report {
        let account = try await store.accounts.find(try EmailAddress(address))
        let progress = Progress("writing")
        defer { progress.clear() }
        let backup = Backup(store: store, account: account) { path, done, total in
            progress.show(path.description, done, of: total)
        }
        let report = try await backup.write(to: path, withPassword: !withoutPassword)
        return Report([report.line("wrote")], report)
    }
}

extension BackupReport {
    /// For people.
    func line(_ verb: String) -> String {
        "\(verb) \(account): \(mailboxes) mailboxes, \(messages) messages, \(objects) bodies, \(calendars) calendars, "
            + "\(events) events"
    }
}

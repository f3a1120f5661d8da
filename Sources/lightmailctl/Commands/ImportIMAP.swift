import ArgumentParser
import LightMailCore
import MailMigration

/// Takes an account of another IMAP server.
struct ImportIMAP: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "imap", abstract: "Take the mail of an account on another IMAP server.",
        discussion: """
            Nothing changes on the other server. Subscriptions come along; shared and other users' mailboxes do not. With --tls \
            none everybody on the way can read the password and the mail. The other account's password is read from \
            --password-file, --password-stdin or $LIGHTMAIL_IMPORT_PASSWORD, or asked for on the terminal.

            Example:
              lightmailctl import imap --host mail.example.org --user me --password-file secret.txt user@example.com
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Option(help: "The other server.") var host: String
    @Option(help: "Its port. (default: 993 with --tls tls, else 143)") var port: UInt16?
    @Option(help: "How the connection is encrypted: tls (from the first byte), starttls or none.")
    var tls = IMAPAccount.Encryption.tls
    @Option(
        help: ArgumentHelp("Trust these certificates instead of the system's.", valueName: "file"), completion: .file())
    var caFile: String?
    @Option(help: "The other account's name.") var user: String
    @OptionGroup var password: RemotePasswordOptions
    @Argument(help: "The account here that gets the mail.") var address: String

    func run(on store: Store) async throws -> Report {
        let account = try await store.accounts.find(try EmailAddress(address))
        let source = try await IMAPSource.connect(
            IMAPAccount(
                host: host, port: port.map { Int($0) }, encryption: tls, user: user, password: try password.read(),
                certificates: caFile))
        let report = try await ImportRun.take(source, into: account, of: store)
        await source.logout()
        return report
    }
}

extension IMAPAccount.Encryption: ExpressibleByArgument {}

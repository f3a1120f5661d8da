import ArgumentParser
import Glibc
import LightMailDaemon

/// The root of the command line: what stands here is true of every subcommand.
struct LightMailControl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lightmailctl",
        abstract: "Administer a LightMail mail store: domains, accounts, aliases, mailboxes, quotas, the schema.",
        discussion: """
            It reads the configuration of the daemons and speaks to MySQL and S3 itself, so no daemon need run, and \
            those that do run see each change at once.

            A first account on an empty database:

              lightmailctl migrate
              lightmailctl domain add example.com
              lightmailctl account add user@example.com

            Lists are lines of fields separated by tabs; with --json everything is printed as JSON. Exit codes are \
            those of sysexits.h: 64 usage, 65 bad value, 67 no such thing, 69 not possible now, 70 internal error, \
            73 exists already, 75 MySQL or S3 is away, 78 configuration.

            Completion for your shell: lightmailctl --generate-completion-script bash (or zsh, or fish).
            """,
        version: Release.version,
        subcommands: [
            Migrate.self, DomainCommand.self, AccountCommand.self, AliasCommand.self, MailboxCommand.self,
            QuotaCommand.self, AuthCommand.self, TokenCommand.self, WebhookCommand.self, SessionCommand.self,
            DaemonList.self, ImportCommand.self, ExportCommand.self, BackupCommand.self, RestoreCommand.self,
            FileSystemCheck.self, DoctorCommand.self,
        ])

    @OptionGroup var options: ControlOptions

    /// Parses the command line, runs what it asks for, and ends the process with the status that fits.
    static func runToExit() async -> Never {
        // A server that hangs up is an error of write(2), not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            if let failure = Failure(error) { failure.exit() }
            exit(withError: error)
        }
        Glibc.exit(0)
    }
}

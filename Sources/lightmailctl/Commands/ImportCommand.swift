import ArgumentParser
import LightMailCore
import MailMigration

/// The group of subcommands by which mail moves in.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take mail from a Maildir, an mbox or another IMAP server into an account.",
        discussion: """
            Folders, flags, keywords and dates come along. The daemons may run meanwhile, and quotas hold. Run it again after \
            it was cut off, or to fetch what has arrived since: what the account has taken once it does not take twice, \
            even if the message was moved or deleted here meanwhile. Exits with 1 when something could not be taken; each \
            such thing is told on standard error.
            """,
        subcommands: [ImportMaildir.self, ImportMbox.self, ImportIMAP.self, ImportForget.self])
}

/// What the subcommands that import share.
enum ImportRun {
    private struct Outcome: Encodable {
        let account: String
        let result: ImportReport
    }

    /// Takes a source into an account.
    static func take(
        _ source: some MessageSource, into account: Account, of store: Store
    ) async throws -> Report {
        let progress = Progress("importing")
        let importer = Importer(store: store, account: account) {
            progress.note($0)
        } progress: { path, done, total in
            progress.show(path.description, done, of: total)
        }
        let report: ImportReport
        do {
            report = try await importer.run(source)
        } catch {
            progress.clear()
            throw error
        }
        progress.clear()
        return Report(
            [
                "\(report.mailboxes) mailboxes: \(report.added) messages added, \(report.known) known from before, "
                    + "\(report.refused) refused"
            ], Outcome(account: account.username, result: report), status: report.refused == 0 ? 0 : 1)
    }
}

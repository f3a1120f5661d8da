import ArgumentParser
import LightMailCore
import MailMigration

/// The group of subcommands by which mail moves out.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write an account's mail to a Maildir or to mbox files.",
        discussion: """
            Folders, flags, keywords and dates come along; lines end as Unix has it. The daemons may run meanwhile. Run it again \
            after it was cut off, or to add what has arrived since: what is written already is not written twice. Files are \
            readable for their owner only. Exits with 1 when something could not be written; each such thing is told on \
            standard error.
            """,
        subcommands: [ExportMaildir.self, ExportMbox.self])
}

/// What the subcommands that export share.
enum ExportRun {
    private struct Outcome: Encodable {
        let account: String
        let result: ExportReport
    }

    /// Writes an account's mail.
    static func write(_ account: Account, of store: Store, to sink: some MessageSink) async throws -> Report {
        let progress = Progress("exporting")
        defer { progress.clear() }
        let exporter = Exporter(store: store, account: account) {
            progress.note($0)
        } progress: { path, done, total in
            progress.show(path.description, done, of: total)
        }
        let report = try await exporter.run(to: sink)
        return Report(
            [
                "\(report.mailboxes) mailboxes: \(report.written) messages written, \(report.known) known from before, "
                    + "\(report.refused) refused"
            ], Outcome(account: account.username, result: report), status: report.refused == 0 ? 0 : 1)
    }
}

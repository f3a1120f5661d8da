import ArgumentParser
import LightMailCore

/// Counts anew what is used.
struct QuotaRecalculate: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "recalculate", abstract: "Count anew what is used, and correct what was counted wrongly.",
        discussion: """
            Counts the messages of mailboxes, then what accounts use, then what domains use, and prints what was wrong. The \
            daemons may run meanwhile. `lightmailctl fsck` does the same, and checks the objects too.

            Examples:
              lightmailctl quota recalculate user@example.com
              lightmailctl quota recalculate
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "An account's address or a domain; without it all are counted.") var name: String?

    private struct Correction: Encodable {
        let kind: String
        let subject: String
        let detail: String
    }

    private struct Outcome: Encodable {
        let domains: Int
        let accounts: Int
        let mailboxes: Int
        let corrections: [Correction]
    }

    func run(on store: Store) async throws -> Report {
        var corrections: [Correction] = []
        let check = Fsck(database: store.database, objects: store.objects)
        let report = try await check.recount(try name.map { try QuotaOwner($0) }) { finding in
            corrections.append(
                Correction(kind: finding.kind.rawValue, subject: finding.subject, detail: finding.detail))
        }
        let summary =
            "\(report.domains) domains, \(report.accounts) accounts, \(report.mailboxes) mailboxes: "
            + "\(corrections.count) corrected"
        return Report(
            corrections.map { Report.line([$0.kind, $0.subject, $0.detail]) } + [summary],
            Outcome(
                domains: report.domains, accounts: report.accounts, mailboxes: report.mailboxes,
                corrections: corrections))
    }
}

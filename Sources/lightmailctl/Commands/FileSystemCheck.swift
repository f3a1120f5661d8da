import ArgumentParser
import LightMailCore

/// Compares rows, counters and objects, and repairs what disagrees.
struct FileSystemCheck: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Report rows, counters and objects that disagree; with --repair, mend them.",
        discussion: """
            Counters are computed anew from the rows, and objects that nothing refers to are deleted once they are a day \
            old. A message whose object is missing in S3 is reported and left: only a backup of the bucket can mend it. The \
            daemons may run meanwhile. Exits with 1 when something was found and not repaired.
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Flag(help: "Repair what can be repaired.") var repair = false

    private struct Finding: Encodable {
        let kind: String
        let subject: String
        let detail: String
        let isRepaired: Bool
    }

    private struct Outcome: Encodable {
        let accounts: Int
        let mailboxes: Int
        let objects: Int
        let findings: [Finding]
    }

    func run(on store: Store) async throws -> Report {
        var findings: [Finding] = []
        let check = Fsck(database: store.database, objects: store.objects)
        let report = try await check.run(repair: repair) { finding in
            findings.append(
                Finding(
                    kind: finding.kind.rawValue, subject: finding.subject, detail: finding.detail,
                    isRepaired: finding.isRepaired))
        }
        let lines = findings.map { finding in
            Report.line([
                finding.kind, finding.subject, finding.detail, finding.isRepaired ? "repaired" : "not repaired",
            ])
        }
        let summary =
            "\(report.accounts) accounts, \(report.mailboxes) mailboxes, \(report.objects) objects: "
            + "\(report.total) findings, \(report.repaired) repaired"
        return Report(
            lines + [summary],
            Outcome(
                accounts: report.accounts, mailboxes: report.mailboxes, objects: report.objects, findings: findings),
            status: report.isClean ? 0 : 1)
    }
}

import ArgumentParser
import FoundationEssentials
import LightMailDaemon

/// Examines what the daemons of this host stand on.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine configuration, MySQL, S3, certificates, sockets, Postfix, clamd, smarthost and clock.",
        discussion: """
            Each line is ok, warning or error; the part and what of it was examined; what was found; and what to do. \
            Nothing is changed: in S3 an object is made under doctor/ and deleted again. Run it as root on each host, \
            since others do not see all files. Exits with 1 when a line says error.
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl

    private struct Outcome: Encodable {
        let findings: [Finding]
        let ok: Int
        let warnings: Int
        let errors: Int
    }

    func run() async throws {
        let doctor = Doctor(path: options.path(or: root.options), environment: ProcessInfo.processInfo.environment)
        let findings = await doctor.examine()
        func count(_ status: Finding.Status) -> Int { findings.count { $0.status == status } }
        let outcome = Outcome(findings: findings, ok: count(.ok), warnings: count(.warning), errors: count(.error))
        let lines = findings.map { finding in
            Report.line(
                [finding.status.rawValue, finding.part, finding.check, finding.detail]
                    + (finding.advice.map { [$0] } ?? []))
        }
        let summary = "\(outcome.ok) ok, \(outcome.warnings) warnings, \(outcome.errors) errors"
        try Report(lines + [summary], outcome, status: outcome.errors == 0 ? 0 : 1)
            .print(asJSON: options.json || root.options.json)
    }
}

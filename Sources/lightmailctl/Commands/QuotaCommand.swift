import ArgumentParser

/// The group of subcommands about quotas.
struct QuotaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quota", abstract: "What accounts and domains use, and may use.",
        subcommands: [QuotaShow.self, QuotaSet.self, QuotaRecalculate.self])
}

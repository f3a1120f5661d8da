import ArgumentParser

/// The group of subcommands about domains.
struct DomainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "The domains whose mail is kept here.",
        subcommands: [DomainAdd.self, DomainList.self, DomainRemove.self])
}

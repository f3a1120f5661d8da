import ArgumentParser

/// The group of subcommands about aliases.
struct AliasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias", abstract: "Addresses that lead to an account.",
        subcommands: [AliasAdd.self, AliasList.self, AliasRemove.self])
}

import ArgumentParser

/// The group of subcommands about tokens of the Admin API.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Named tokens for the Admin API, beside the one of the configuration.",
        subcommands: [TokenAdd.self, TokenList.self, TokenRevoke.self])
}

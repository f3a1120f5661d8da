import ArgumentParser

/// The group of subcommands about failed logins.
struct AuthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth", abstract: "Networks and accounts that are blocked after failed logins.",
        subcommands: [AuthList.self, AuthUnblock.self])
}

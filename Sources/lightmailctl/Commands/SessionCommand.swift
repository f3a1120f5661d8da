import ArgumentParser

/// The group of subcommands about sessions in all daemons.
struct SessionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Who is logged in, in whichever daemon on whichever host.",
        subcommands: [SessionList.self, SessionDisconnect.self])
}

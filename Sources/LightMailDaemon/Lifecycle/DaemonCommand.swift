import ArgumentParser

/// The command line that all daemons have.
struct DaemonCommand: ParsableCommand {
    /// One type serves all daemons, so it is called what the program was started as.
    static var configuration: CommandConfiguration {
        let program = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "lightmail"
        let kind = DaemonKind.allCases.first { $0.program == program }
        return CommandConfiguration(
            commandName: program, abstract: kind?.abstract ?? "A daemon of the LightMail mail server.",
            discussion: """
                Runs in the foreground until SIGTERM or SIGINT. SIGHUP reads certificates, limits and the log's level again, \
                and reopens the log.
                """,
            version: Release.version)
    }

    @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config = Configuration.defaultPath

    @Flag(name: .long, help: "Check the configuration, print what is in force without secrets, and exit.")
    var checkConfig = false
}

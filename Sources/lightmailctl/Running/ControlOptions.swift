import ArgumentParser
import FoundationEssentials
import LightMailDaemon

/// The options that every subcommand takes, before its name or behind it.
struct ControlOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file. (default: $LIGHTMAIL_CONFIG, else \(Configuration.defaultPath))",
            valueName: "file"), completion: .file(extensions: ["ini"]))
    var config: String?

    @Flag(help: "Print JSON.")
    var json = false

    /// The configuration in force.
    ///
    /// - Parameter outer: the options that stood before the subcommand's name.
    func configuration(or outer: ControlOptions) throws(ConfigurationError) -> Configuration {
        try Configuration.load(path: path(or: outer), environment: ProcessInfo.processInfo.environment)
    }

    /// Where the configuration stands.
    ///
    /// - Parameter outer: the options that stood before the subcommand's name.
    func path(or outer: ControlOptions) -> String {
        config ?? outer.config ?? ProcessInfo.processInfo.environment["LIGHTMAIL_CONFIG"] ?? Configuration.defaultPath
    }
}

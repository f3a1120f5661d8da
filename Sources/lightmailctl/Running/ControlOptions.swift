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
        let environment = ProcessInfo.processInfo.environment
        let path = config ?? outer.config ?? environment["LIGHTMAIL_CONFIG"] ?? Configuration.defaultPath
        return try Configuration.load(path: path, environment: environment)
    }
}

/// The least important message that is still written.
package enum LogLevel: String, ConfigurationChoice {
    case trace, debug, info, notice, warning, error, critical
}

package struct LoggingSection: ConfigurationSection {
    package var path = ""
    package var json = false
    package var level = LogLevel.info

    package init() {}

    package static let name = "logging"
    package static let purpose = "Where and how daemons write what they do."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .path("path", \.path, "File to append to; empty: standard error.").reread,
            .flag("json", \.json, "One JSON object a line instead of text."),
            .choice("level", \.level, "trace, debug, info, notice, warning, error or critical.").reread,
        ]
    }
}

/// What happens to a message in which the scanner found something.
package enum AntivirusMode: String, ConfigurationChoice {
    case reject, quarantine, tag
}

package struct AntivirusSection: ConfigurationSection {
    package var enabled = false
    package var host = "localhost"
    package var port = 3310
    package var mode = AntivirusMode.reject
    package var failOpen = false

    package init() {}

    package static let name = "antivirus"
    package static let purpose = "Scanning of incoming mail by clamd."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .flag("enabled", \.enabled, "Scan incoming mail."),
            .text("host", \.host, "Host of clamd."),
            .port("port", \.port, "Port of clamd."),
            .choice("mode", \.mode, "reject, quarantine or tag."),
            .flag("fail_open", \.failOpen, "Take mail unscanned when clamd does not answer."),
        ]
    }
}

/// What happens to a message in which the scanner found something.
package enum AntivirusMode: String, ConfigurationChoice {
    case reject, quarantine, tag
}

/// What happens to a message that is too large to be scanned.
package enum AntivirusOversize: String, ConfigurationChoice {
    case accept, reject
}

package struct AntivirusSection: ConfigurationSection {
    package var enabled = false
    package var host = "localhost"
    package var port = 3310
    package var socket = ""
    package var mode = AntivirusMode.reject
    package var failOpen = false
    package var timeout: Duration = .seconds(30)
    package var maxSize = 26_214_400
    package var oversize = AntivirusOversize.accept

    package init() {}

    package static let name = "antivirus"
    package static let purpose = "Scanning of incoming mail by clamd."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .flag("enabled", \.enabled, "Scan incoming mail."),
            .text("host", \.host, "Host of clamd."),
            .port("port", \.port, "Port of clamd."),
            .path("socket", \.socket, "UNIX socket of clamd, in place of host and port."),
            .choice(
                "mode", \.mode,
                "What happens to an infected message: reject it, put it into Quarantine, or tag it with $Virus."),
            .flag("fail_open", \.failOpen, "Take mail unscanned when clamd does not answer."),
            .seconds(
                "timeout_seconds", \.timeout, in: 1...600, "Seconds clamd may take for each step and for its verdict."),
            .number(
                "max_size", \.maxSize, in: 1024...2_147_483_647,
                "Bytes of a message that are scanned; not more than clamd's StreamMaxLength."),
            .choice("oversize", \.oversize, "What happens to a larger message: accept it unscanned, or reject it."),
        ]
    }
}

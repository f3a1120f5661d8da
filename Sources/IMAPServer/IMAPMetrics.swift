import LightMailDaemon

/// The numbers that the process shows of its IMAP sessions.
struct IMAPMetrics: Sendable {
    /// How a command ended.
    enum Result: String, CaseIterable {
        case ok, no, bad
    }

    let sessions: Gauge
    let authenticated: Gauge
    let bytesIn: Counter
    let bytesOut: Counter
    /// From a whole command to its tagged reply, commands that the client must go on with excepted.
    let commandTime: Histogram
    let slowed: Counter
    private let cuts: [SessionCut: Counter]
    private let commands: [CommandName: [Result: Counter]]

    init(_ registry: MetricsRegistry) {
        sessions = registry.gauge("lightmail_imap_sessions", "IMAP sessions at this moment.")
        authenticated = registry.gauge("lightmail_imap_authenticated_sessions", "IMAP sessions that have logged in.")
        bytesIn = registry.counter("lightmail_imap_received_bytes_total", "Bytes from clients, without TLS.")
        bytesOut = registry.counter("lightmail_imap_sent_bytes_total", "Bytes to clients, without TLS.")
        commandTime = registry.histogram(
            "lightmail_imap_command_seconds",
            "From a whole command to its tagged reply; IDLE and AUTHENTICATE, which the client goes on with, are left out."
        )
        registry.countOperations(commandTime)
        slowed = registry.counter(
            "lightmail_imap_slowed_commands_total", "Commands after which a session had to wait before its next.")
        cuts = Dictionary(
            uniqueKeysWithValues: SessionCut.allCases.map { cut in
                let counter = registry.counter(
                    "lightmail_imap_sessions_cut_total", "IMAP sessions that the server ended, by reason.",
                    ["reason": cut.rawValue])
                return (cut, counter)
            })
        var commands: [CommandName: [Result: Counter]] = [:]
        for name in CommandName.allCases {
            for result in Result.allCases {
                commands[name, default: [:]][result] = registry.counter(
                    "lightmail_imap_commands_total", "Commands by name and result.",
                    ["command": name.rawValue, "result": result.rawValue])
            }
        }
        self.commands = commands
    }

    func count(_ command: CommandName, _ result: Result) {
        commands[command]?[result]?.increment()
    }

    func count(_ cut: SessionCut) {
        cuts[cut]?.increment()
    }

    /// Sessions that were ended so.
    func current(_ cut: SessionCut) -> UInt64 { cuts[cut]?.current ?? 0 }
}

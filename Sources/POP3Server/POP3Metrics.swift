import LightMailDaemon
import POP3Syntax

/// The numbers that the process shows of its POP3 sessions.
struct POP3Metrics: Sendable {
    let sessions: Gauge
    let authenticated: Gauge
    let bytesIn: Counter
    let bytesOut: Counter
    /// From a whole command to its reply, AUTH excepted, which the client goes on with.
    let commandTime: Histogram
    private let commands: [Verb?: [Bool: Counter]]

    init(_ registry: MetricsRegistry) {
        sessions = registry.gauge("lightmail_pop3_sessions", "POP3 sessions at this moment.")
        authenticated = registry.gauge("lightmail_pop3_authenticated_sessions", "POP3 sessions that have logged in.")
        bytesIn = registry.counter("lightmail_pop3_received_bytes_total", "Bytes from clients, without TLS.")
        bytesOut = registry.counter("lightmail_pop3_sent_bytes_total", "Bytes to clients, without TLS.")
        commandTime = registry.histogram(
            "lightmail_pop3_command_seconds",
            "From a whole command to its reply; AUTH, which the client goes on with, is left out.")
        registry.countOperations(commandTime)
        var commands: [Verb?: [Bool: Counter]] = [:]
        for verb in Verb.allCases.map(Optional.some) + [nil] {
            for isPositive in [true, false] {
                commands[verb, default: [:]][isPositive] = registry.counter(
                    "lightmail_pop3_commands_total", "Commands by name and result.",
                    [
                        "command": verb?.rawValue.lowercased() ?? "invalid", "result": isPositive ? "ok" : "err",
                    ])
            }
        }
        self.commands = commands
    }

    /// - Parameter verb: nil for what is no command.
    func count(_ verb: Verb?, isPositive: Bool) {
        commands[verb]?[isPositive]?.increment()
    }
}

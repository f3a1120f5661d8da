package struct SystemSection: ConfigurationSection {
    /// Never empty once the configuration is loaded: the machine's name stands in.
    package var hostname = ""
    package var owner = "lightmail"
    package var group = "lightmail"
    /// 0: one a processor.
    package var threads = 0
    package var drainSeconds: Duration = .seconds(25)
    package var heartbeat: Duration = .seconds(10)

    package init() {}

    package static let name = "system"
    package static let purpose = "What all daemons share."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("hostname", \.hostname, "Name in greetings and Received fields; empty: the machine's own name."),
            .text("owner", \.owner, "User who owns the UNIX sockets that daemons make."),
            .text("group", \.group, "Group of the UNIX sockets that daemons make; Postfix must be a member."),
            .number("threads", \.threads, in: 0...256, "Event loop threads a daemon; 0: one a processor."),
            .seconds("drain_seconds", \.drainSeconds, in: 0...3600, "How long sessions may finish at a shutdown."),
            .seconds(
                "heartbeat_seconds", \.heartbeat, in: 1...3600,
                "How often a daemon tells of itself and its sessions, and ends those that are to end."),
        ]
    }
}

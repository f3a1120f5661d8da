package struct CacheSection: ConfigurationSection {
    package var directory = "/var/cache/lightmail"
    package var maxBytes = 1_073_741_824
    package var envelopeBytes = 67_108_864
    package var spoolDirectory = "/var/spool/lightmail"

    package init() {}

    package static let name = "cache"
    package static let purpose = "Files on this host: bodies read before, and large messages on their way."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .path("directory", \.directory, "Cache of bodies, shared by the daemons of this host; empty: none."),
            .number("max_bytes", \.maxBytes, in: 0...Int.max, "Bytes the cache may take; 0: none."),
            .number(
                "envelope_bytes", \.envelopeBytes, in: 0...Int.max,
                "Bytes of memory in which imapd keeps envelopes that it has read; 0: none."),
            .path("spool_directory", \.spoolDirectory, "Where large messages wait while they arrive."),
        ]
    }
}

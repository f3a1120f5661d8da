package struct LMTPSection: ConfigurationSection {
    package var socket = "/var/spool/postfix/lightmail/lmtp.sock"
    package var bind = "127.0.0.1"
    package var port = 0
    package var maxMessageSize = 52_428_800
    package var maxConnections = 200
    package var sessionTimeout: Duration = .seconds(300)

    package init() {}

    package static let name = "lmtp"
    package static let purpose = "lightmail-lmtpd: takes mail from Postfix."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .path("socket", \.socket, "UNIX socket, mode 0660, owner and group of [system]; empty: none."),
            .text("bind", \.bind, "Address of the TCP listener, if there is one."),
            .optionalPort("port", \.port, "TCP port, for networks where every client is trusted; 0: none."),
            .number("max_message_size", \.maxMessageSize, in: 1024...2_147_483_647, "Bytes a message may have.").reread,
            .number("max_connections", \.maxConnections, in: 1...100_000, "Sessions at once.").reread,
            .seconds("session_timeout", \.sessionTimeout, in: 10...86400, "Seconds a client may be silent.").reread,
        ]
    }
}

package struct MetricsSection: ConfigurationSection {
    package var bind = "127.0.0.1"
    package var imapdPort = 0
    package var pop3dPort = 0
    package var lmtpdPort = 0
    package var smtpdPort = 0
    package var apidPort = 0
    package var gcdPort = 0

    package init() {}

    package static let name = "metrics"
    package static let purpose = "Prometheus metrics (/metrics) and health (/health, /ready) of each daemon, over HTTP."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("bind", \.bind, "Address to listen on."),
            .optionalPort("imapd_port", \.imapdPort, "Port of lightmail-imapd; 0: none."),
            .optionalPort("pop3d_port", \.pop3dPort, "Port of lightmail-pop3d; 0: none."),
            .optionalPort("lmtpd_port", \.lmtpdPort, "Port of lightmail-lmtpd; 0: none."),
            .optionalPort("smtpd_port", \.smtpdPort, "Port of lightmail-smtpd; 0: none."),
            .optionalPort("apid_port", \.apidPort, "Port of lightmail-apid; 0: none."),
            .optionalPort("gcd_port", \.gcdPort, "Port of lightmail-gcd; 0: none."),
        ]
    }

    /// The port that `daemon` answers on; 0 for none.
    package func port(of daemon: DaemonKind) -> Int {
        switch daemon {
        case .imapd: imapdPort
        case .pop3d: pop3dPort
        case .lmtpd: lmtpdPort
        case .smtpd: smtpdPort
        case .apid: apidPort
        case .gcd: gcdPort
        }
    }
}

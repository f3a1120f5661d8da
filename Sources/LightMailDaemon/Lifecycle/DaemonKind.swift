/// The daemons of the suite.
package enum DaemonKind: String, Sendable, CaseIterable {
    case imapd, pop3d, lmtpd, smtpd, apid, gcd

    /// The name of the program.
    package var program: String {
        "lightmail-" + rawValue
    }

    /// One line on what it does, for `--help`.
    package var abstract: String {
        switch self {
        case .imapd: "Serves mailboxes over IMAP4rev1 and IMAP4rev2."
        case .pop3d: "Serves mailboxes over POP3."
        case .lmtpd: "Takes mail from Postfix over LMTP."
        case .smtpd: "Takes mail over SMTP, and submissions."
        case .apid: "Serves the administrator's HTTP interface."
        case .gcd: "Deletes what was deleted, for good, and the objects that nothing refers to."
        }
    }
}

/// The release of the suite.
package enum Release {
    package static let version = "0.1.0"
}

/// An account on another IMAP server, and how to get there.
package struct IMAPAccount: Sendable {
    /// How the connection is kept from others' eyes. Nothing is fallen back from.
    package enum Encryption: String, Sendable, CaseIterable {
        /// TLS from the first byte (RFC 8314), port 993.
        case tls
        /// STARTTLS, without which nothing is said, port 143.
        case starttls
        /// None: everybody on the way can read the password and the mail.
        case none
    }

    package var host: String
    package var port: Int
    package var encryption: Encryption
    package var user: String
    /// Not logged, not printed.
    package var password: String
    /// A file of certificates to trust instead of the system's.
    package var certificates: String?

    package init(
        host: String, port: Int?, encryption: Encryption, user: String, password: String, certificates: String? = nil
    ) {
        self.host = host
        self.port = port ?? (encryption == .tls ? 993 : 143)
        self.encryption = encryption
        self.user = user
        self.password = password
        self.certificates = certificates
    }
}

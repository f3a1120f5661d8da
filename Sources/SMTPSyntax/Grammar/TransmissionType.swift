// How a message came in, as the WITH clause of Received names it.

/// A registered transmission type (RFC 3848, RFC 6531 section 4.3).
package struct TransmissionType: Equatable, Sendable {
    package var dialect: Dialect
    /// EHLO rather than HELO; LMTP is always extended.
    package var isExtended: Bool
    package var isEncrypted: Bool
    package var isAuthenticated: Bool
    /// MAIL carried SMTPUTF8.
    package var isInternationalized: Bool

    package init(
        dialect: Dialect, isExtended: Bool = true, isEncrypted: Bool = false, isAuthenticated: Bool = false,
        isInternationalized: Bool = false
    ) {
        self.dialect = dialect
        self.isExtended = isExtended
        self.isEncrypted = isEncrypted
        self.isAuthenticated = isAuthenticated
        self.isInternationalized = isInternationalized
    }

    /// `LMTP`, `ESMTPSA`, `UTF8SMTP` and the like.
    package var keyword: String {
        let base =
            switch dialect {
            case .lmtp: isInternationalized ? "UTF8LMTP" : "LMTP"
            case .smtp where isInternationalized: "UTF8SMTP"
            case .smtp: isExtended ? "ESMTP" : "SMTP"
            }
        return base + (isEncrypted ? "S" : "") + (isAuthenticated ? "A" : "")
    }
}

/// How lightmail-smtpd shows the smarthost who it is.
package enum SMTPAuthMethod: String, ConfigurationChoice {
    case plain, login
}

package struct SMTPSection: ConfigurationSection {
    package var host = "127.0.0.1"
    package var port = 25
    package var smtpsPort = 465
    package var useSTARTTLS = false
    package var useSMTPS = false
    package var autoTLSFallback = false
    package var authMethod = SMTPAuthMethod.plain
    package var username = ""
    package var password = Secret()
    package var tlsCA = ""

    package init() {}

    package static let name = "smtp"
    package static let purpose = "The smarthost that takes outgoing mail."
    package static var keys: [ConfigurationKey<Self>] {
        [
            .text("host", \.host, "Host of the smarthost."),
            .port("port", \.port, "Port of the smarthost, in clear or with STARTTLS."),
            .port("smtps_port", \.smtpsPort, "Port of the smarthost with TLS from the first byte."),
            .flag("use_starttls", \.useSTARTTLS, "Require STARTTLS on port."),
            .flag("use_smtps", \.useSMTPS, "Use smtps_port."),
            .flag("auto_tls_fallback", \.autoTLSFallback, "Go on in clear when the smarthost offers no TLS."),
            .choice("auth_method", \.authMethod, "plain or login."),
            .text("username", \.username, "User to authenticate as; empty: no authentication."),
            .secret("password", \.password, "Password of that user."),
            .path("tls_ca", \.tlsCA, "PEM file of the authorities to trust in place of the system's."),
        ]
    }
}

import SMTPClient

extension SmarthostConfiguration {
    /// What the configuration says of the smarthost.
    package init(_ configuration: Configuration) {
        let section = configuration.smtp
        self.init(
            host: section.host, port: section.useSMTPS ? section.smtpsPort : section.port,
            clientName: configuration.system.hostname)
        if section.useSMTPS {
            encryption = .implicit(fallbackPort: section.autoTLSFallback ? section.port : nil)
        } else if section.useSTARTTLS {
            encryption = .startTLS(isRequired: !section.autoTLSFallback)
        }
        mechanism =
            switch section.authMethod {
            case .plain: .plain
            case .login: .login
            }
        username = section.username
        password = section.password.reveal()
        caFile = section.tlsCA.isEmpty ? nil : section.tlsCA
    }
}

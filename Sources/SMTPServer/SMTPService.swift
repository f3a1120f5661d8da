import LightMailDaemon
import NIOCore
import SMTPClient
import SMTPSyntax

/// Mail over SMTP (RFC 5321): from anybody for the accounts here, and from those who have one (RFC 6409) for anybody.
package struct SMTPService {
    private let context: DaemonContext
    private let section: SMTPServerSection
    private let tls: TLSProvider?
    private let inbound: ServerContext
    private let submission: ServerContext
    private let limits: ConnectionLimits

    /// Opens the listeners that the configuration asks for. All that lightmail-smtpd does.
    ///
    /// - Throws: `TLSError`, `ListenerError`.
    package static func start(in context: DaemonContext) async throws {
        try await SMTPService(context).listen()
    }

    private init(_ context: DaemonContext) throws {
        self.context = context
        section = context.configuration.smtpServer
        tls =
            section.tlsCertificate.isEmpty
            ? nil : try context.makeTLS { ($0.smtpServer.tlsCertificate, $0.smtpServer.tlsKey) }
        limits = context.connectionLimits { ($0.smtpServer.maxConnections, $0.smtpServer.maxConnectionsPerAddress) }
        let smarthost = SMTPClient(SmarthostConfiguration(context.configuration))
        // Port 25 asks for a password only where all of its clients are known; then it is one more submission port.
        let isPrivate = section.requireAuthSMTP
        let trusted = context.configuration.proxy.trustedNetworks
        let inboundProfile = Self.profiles(isPrivate ? .submission : .inbound, tls, trusted) { _ in isPrivate }
        let submissionProfile = Self.profiles(.submission, tls, trusted) { $0.requireAuthSubmission }
        inbound = ServerContext(
            profile: inboundProfile(context.configuration),
            hostname: context.configuration.system.hostname, store: context.store, sessions: context.sessions,
            metrics: context.metrics, logger: context.logger,
            authenticator: Authenticator(
                context, service: "smtp", maximumSessions: { $0.smtpServer.maxConnectionsPerUser }),
            smarthost: isPrivate ? smarthost : nil)
        submission = ServerContext(
            inbound, profile: submissionProfile(context.configuration), smarthost: smarthost)
        context.onReload { [inbound, submission, tls] configuration in
            inbound.change(inboundProfile(configuration))
            submission.change(submissionProfile(configuration))
            let certificate = configuration.smtpServer.tlsCertificate
            if tls == nil, !certificate.isEmpty {
                throw TLSError(path: certificate, message: "the first certificate is taken at the next start")
            }
        }
    }

    /// A profile that is made of what the configuration says, now and at each reload.
    private static func profiles(
        _ role: Profile.Role, _ tls: TLSProvider?, _ trusted: [Network],
        requiresAuthentication: @escaping @Sendable (SMTPServerSection) -> Bool
    ) -> @Sendable (Configuration) -> Profile {
        { configuration in
            let section = configuration.smtpServer
            let limits = SessionLimits(messageSize: section.maxMessageSize, idleTimeout: section.sessionTimeout)
            var profile = role == .submission ? Profile.submission(limits) : Profile.inbound(limits)
            if section.enableSTARTTLS { profile.tls = tls }
            if section.xclient { profile.xclientNetworks = trusted }
            if profile.role == .submission {
                profile.authentication = AuthenticationPolicy(
                    isOffered: section.enableAuth, isRequired: requiresAuthentication(section),
                    requiresTLS: section.authRequireTLS)
            }
            return profile
        }
    }

    private func listen() async throws {
        if section.port > 0 { try await context.listen(listener("smtp", section.port, inbound)) }
        if section.submissionPort > 0 {
            try await context.listen(listener("submission", section.submissionPort, submission))
        }
        if section.enableSSL, section.smtpsPort > 0, let tls {
            var specification = listener("submissions", section.smtpsPort, submission)
            specification.tls = tls
            try await context.listen(specification)
        }
    }

    private func listener(_ name: String, _ port: Int, _ server: ServerContext) -> ListenerSpecification {
        var specification = server.listener(name, .tcp(host: section.bind, port: port), limits)
        if section.proxyProtocol { specification.proxies = context.configuration.proxy.trustedNetworks }
        return specification
    }
}

import IMAPSyntax
import LightMailCore
import LightMailDaemon
import NIOCore

/// The bounds of a session. Nothing that a client sends can make them grow.
package struct SessionLimits: Sendable {
    /// How long a client that has logged in may be silent (RFC 9051 5.4 asks for at least 30 minutes).
    package var idleTime: TimeAmount
    /// How long a client may take no byte of the answers that wait for it.
    package var lagTime: TimeAmount
    /// How long a session in IDLE is told nothing until it is told that the server is there; nil for ever.
    package var heartbeat: TimeAmount?
    /// How long a client may take to log in, whatever it does meanwhile.
    package var loginTime: TimeAmount
    /// Failed logins until the session ends.
    package var failedLogins: Int
    /// Commands within `commandWindow` before login; 0 for no limit.
    package var commandsBeforeLogin: Int
    /// The same for all sessions of one address together.
    package var commandsOfAddress: Int
    package var commandWindow: TimeAmount
    /// Commands of a session that has logged in: beyond it the session waits. Nil for no limit.
    package var commandRate: TokenBucket.Rate?
    /// The same for all sessions of one address together.
    package var commandRateOfAddress: TokenBucket.Rate?
    /// How long a session that has to wait may go on sending without regard to it.
    package var floodTime: TimeAmount
    /// Commands in a row that are answered BAD until the session ends.
    package var badCommands = 20
    /// Bytes that wait for the command at hand to end.
    package var pipelinedBytes = 65_536
    /// The same before login.
    package var pipelinedBeforeLogin = 16_384
    /// Bytes of a message that wait for the store in APPEND.
    package var bufferedMessage = 131_072
    /// Bytes of a message in APPEND.
    package var messageSize: UInt64
    /// Whether COMPRESS is offered: it takes about 100 kB of a session that uses it.
    package var offersCompression: Bool
    /// Whether UNAUTHENTICATE is offered (RFC 8437 8: there must be a way to do without).
    package var offersUnauthenticate: Bool
    /// Who sets the quotas of the accounts of its domain.
    package var quotaAdministrators: Set<EmailAddress>
    /// Searches that a session is kept informed of (RFC 5267 4.3.1): each is put to every change.
    package var searchContexts = 16
    /// How long a client waits for a search before it is told that the search goes on (RFC 9585 4 asks for 10 to 15
    /// seconds).
    package var progressInterval = Duration.seconds(10)

    package init(_ section: IMAPSection) {
        idleTime = TimeAmount(section.sessionTimeout)
        lagTime = TimeAmount(section.writeTimeout)
        heartbeat = section.idleHeartbeat > .zero ? TimeAmount(section.idleHeartbeat) : nil
        loginTime = TimeAmount(section.loginTimeout)
        failedLogins = section.maxFailedAttempts
        commandsBeforeLogin = section.rateLimitCommands
        commandsOfAddress = section.rateLimitAddressCommands
        commandWindow = TimeAmount(section.rateLimitWindow)
        commandRate = TokenBucket.Rate(perSecond: section.commandRate, burst: section.commandBurst)
        commandRateOfAddress = TokenBucket.Rate(
            perSecond: section.commandRatePerAddress, burst: section.commandBurstPerAddress)
        floodTime = TimeAmount(section.floodTimeout)
        messageSize = UInt64(section.maxMessageSize)
        offersCompression = section.compress
        offersUnauthenticate = section.unauthenticate
        quotaAdministrators = Set(section.quotaAdministrators)
    }

    /// What a client may send before it has logged in: enough for a password, too little to be a burden.
    var framingBeforeLogin: FramingLimits {
        FramingLimits(line: 8192, inlineLiterals: 4096, literalCount: 8, streamedLiteral: 0, skipped: 65_536)
    }

    /// What a client may send once it has logged in.
    var framing: FramingLimits {
        FramingLimits(streamedLiteral: messageSize)
    }
}

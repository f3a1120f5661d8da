import LightMailDaemon
import NIOCore

/// The bounds of a session. Nothing that a client sends can make them grow.
package struct SessionLimits: Sendable {
    /// How long a client that has logged in may be silent (RFC 1939 3 asks for at least 10 minutes), or leave answers
    /// unread.
    package var idleTime: TimeAmount
    /// How long a client may be silent before it has logged in.
    package var loginTime: TimeAmount
    /// Failed logins until the session ends.
    package var failedLogins = 5
    /// How long an account must wait from one login to the next; zero for no wait (LOGIN-DELAY, RFC 2449 6.5).
    package var loginDelay: Duration
    /// Commands in a row that are no commands until the session ends.
    package var badCommands = 20
    /// Bytes that wait for the command at hand to end.
    package var pipelinedBytes = 65_536

    package init(_ section: POP3Section) {
        idleTime = TimeAmount(section.sessionTimeout)
        loginTime = min(TimeAmount(section.sessionTimeout), .seconds(60))
        loginDelay = section.loginDelay
    }
}

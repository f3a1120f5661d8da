/// What failed logins cost those who make them, in all processes together.
///
/// A failure counts for the client's network and for the account's name, and fades away by half in `halfLife`. Above
/// `threshold` each further one closes the door for twice as long as the one before: logins are refused without a look at
/// the password, and are not counted, so that nobody is kept out by somebody who merely keeps on trying.
///
/// Whoever has logged in to an account from a network lately is neither hindered by what others in that network do nor by
/// what is done to the account from elsewhere: his failures are counted by themselves.
package struct LoginRules: Sendable {
    /// Failures that cost nothing but the wait for the answer.
    package var threshold = 10
    /// In which a count of failures fades to its half.
    package var halfLife: Duration = .seconds(3600)
    /// Longest time for which a network is blocked.
    package var networkBlock: Duration = .seconds(900)
    /// Longest time for which an account is blocked, for those networks that its owner is not known in.
    package var accountBlock: Duration = .seconds(60)
    /// For how long a network is known after a login from it.
    package var knownFor: Duration = .seconds(30 * 86_400)

    package init() {}

    /// How much a count can grow, so that it fades in a day.
    static let highest = 64
}

/// Where a client comes from, as failed logins are counted: an IPv4 address, the /64 of an IPv6 address, or this machine.
package struct ClientNetwork: Sendable, Hashable, CustomStringConvertible {
    /// CIDR notation, or "local"; at most 64 characters of ASCII.
    package let description: String
    /// Many clients stand behind it, such as a webmail's, so that it is never blocked as a whole.
    package let isTrusted: Bool

    package init(_ description: String, isTrusted: Bool) {
        self.description = description
        self.isTrusted = isTrusted
    }

    /// A client on a UNIX socket.
    package static let local = ClientNetwork("local", isTrusted: true)
}

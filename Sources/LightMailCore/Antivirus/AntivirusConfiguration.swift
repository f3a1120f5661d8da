/// Where the virus scanner is, and what follows from what it says.
package struct AntivirusConfiguration: Sendable {
    /// How clamd is reached.
    package enum Address: Sendable, Hashable {
        case tcp(host: String, port: UInt16)
        case unix(path: String)
    }

    /// What happens to a message in which something was found.
    package enum Treatment: Sendable {
        /// It is refused, and nothing of it is stored.
        case reject
        /// It goes into the account's mailbox `Quarantine` in place of the one it was meant for.
        case quarantine
        /// It goes where it was meant for, with the keyword `$Virus`.
        case tag
    }

    package var address: Address
    package var treatment = Treatment.reject
    /// Whether mail is taken unscanned while clamd does not answer.
    package var isFailOpen = false
    /// How long clamd may take to accept a connection, to take a piece of a message, and to give its verdict.
    package var timeout: Duration = .seconds(30)
    /// A message larger than this, in bytes, is not scanned to its end. Not more than clamd's StreamMaxLength.
    package var maximumSize: UInt64 = 26_214_400
    /// Whether a message that is too large to be scanned is refused.
    package var refusesOversize = false
    /// How many messages have a thread of their own at once, while clamd takes a piece or thinks.
    package var parallelism = 8

    package init(address: Address) {
        self.address = address
    }
}

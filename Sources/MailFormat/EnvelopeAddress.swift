// An address as IMAP's envelope has it, group markers included.

/// One element of an envelope's address list (RFC 9051 7.5.2, address structure).
package struct EnvelopeAddress: Sendable, Equatable {
    /// The display name without its quoting, or the comment that stands in for one; nil when there is none. It may hold
    /// encoded words (RFC 2047).
    package var name: [UInt8]?
    /// The source route, such as "@a.example,@b.example" (obs-route of RFC 5322 4.4); nil when there is none.
    package var route: [UInt8]?
    /// The local part without its quoting; the name of a group at its start; nil at the end of a group.
    package var mailbox: [UInt8]?
    /// The domain; nil in a group marker. It is empty when the header gives none, for nil would make the address a
    /// group.
    package var host: [UInt8]?

    package init(name: [UInt8]? = nil, route: [UInt8]? = nil, mailbox: [UInt8]?, host: [UInt8]?) {
        self.name = name
        self.route = route
        self.mailbox = mailbox
        self.host = host
    }

    /// The marker that opens a group of that name.
    package static func groupStart(_ name: [UInt8]) -> EnvelopeAddress {
        EnvelopeAddress(mailbox: name, host: nil)
    }

    /// The marker that closes a group.
    package static let groupEnd = EnvelopeAddress(mailbox: nil, host: nil)

    /// Whether this opens a group.
    package var isGroupStart: Bool { host == nil && mailbox != nil }

    /// Whether this closes a group.
    package var isGroupEnd: Bool { host == nil && mailbox == nil }
}

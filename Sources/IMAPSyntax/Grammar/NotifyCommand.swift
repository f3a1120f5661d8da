// NOTIFY: which events of which mailboxes a client wants to be told of.

/// The arguments of NOTIFY.
///
/// RFC 5465 8
///
///     notify     = "NOTIFY" SP (notify-set / notify-none)
///     notify-set = "SET" [status-indicator] SP event-groups
package enum NotifyCommand: Hashable, Sendable {
    case none
    /// - Parameter status: whether the counters of what is watched are wanted at once.
    case set(status: Bool, [NotifyGroup])
}

/// Events of some mailboxes.
///
///     event-group = "(" filter-mailboxes SP events ")"
///     events      = ( "(" event *(SP event) ")" ) / "NONE"
package struct NotifyGroup: Hashable, Sendable {
    package var mailboxes: NotifyMailboxes
    /// Empty for NONE.
    package var events: [NotifyEvent]

    package init(_ mailboxes: NotifyMailboxes, _ events: [NotifyEvent]) {
        self.mailboxes = mailboxes
        self.events = events
    }
}

/// RFC 5465 6
///
///     filter-mailboxes-other    = "inboxes" / "personal" / "subscribed" /
///                                 ( "subtree" SP one-or-more-mailbox ) / ( "mailboxes" SP one-or-more-mailbox )
///     filter-mailboxes-selected = "selected" / "selected-delayed"
package enum NotifyMailboxes: Hashable, Sendable {
    case selected
    /// Expunges wait for a command that allows them.
    case selectedDelayed
    case inboxes
    case personal
    case subscribed
    case subtree([MailboxName])
    case mailboxes([MailboxName])

    /// Whether it is about the selected mailbox, whichever that is.
    package var isSelected: Bool { self == .selected || self == .selectedDelayed }
}

/// RFC 5465 5
///
///     message-event = ( "MessageNew" [SP "(" fetch-att *(SP fetch-att) ")" ] ) / "MessageExpunge" / "FlagChange" /
///                     "AnnotationChange"
///     mailbox-event = "MailboxName" / "SubscriptionChange" / "MailboxMetadataChange"
///     user-event    = "ServerMetadataChange"
package enum NotifyEvent: Hashable, Sendable {
    /// With what to FETCH of each new message, in the selected mailbox only.
    case messageNew([FetchItem])
    case messageExpunge
    case flagChange
    case mailboxName
    case subscriptionChange
    case mailboxMetadataChange
    case serverMetadataChange
    /// One that is not offered, in upper case: AnnotationChange, or what came after the RFC.
    case other(String)

    /// The names of those that are offered, as BADEVENT lists them.
    package static let names = [
        "MessageNew", "MessageExpunge", "FlagChange", "MailboxName", "SubscriptionChange", "MailboxMetadataChange",
        "ServerMetadataChange",
    ]

    package var isOfMessages: Bool {
        switch self {
        case .messageNew, .messageExpunge, .flagChange, .other("ANNOTATIONCHANGE"): true
        default: false
        }
    }
}

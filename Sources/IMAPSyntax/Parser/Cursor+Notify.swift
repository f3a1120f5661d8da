// Arguments of NOTIFY.

extension Cursor {
    ///     notify           = "NOTIFY" SP (notify-set / notify-none)
    ///     notify-set       = "SET" [status-indicator] SP event-groups
    ///     status-indicator = SP "STATUS"
    ///     event-groups     = event-group *(SP event-group)
    mutating func notify() throws(SyntaxError) -> Command {
        let start = position
        switch try keyword("SET or NONE") {
        case "NONE": return .notify(.none)
        case "SET": break
        default: throw SyntaxError(.expected("SET or NONE"), offset: start)
        }
        try space()
        let status = take("STATUS ")
        let groups = try list("event groups") { cursor throws(SyntaxError) in try cursor.notifyGroup() }
        guard groups.count(where: { $0.mailboxes.isSelected }) <= 1 else {
            throw SyntaxError(.invalid("event groups: the selected mailbox may be named once"), offset: start)
        }
        return .notify(.set(status: status, groups))
    }

    ///     event-group = "(" filter-mailboxes SP events ")"
    private mutating func notifyGroup() throws(SyntaxError) -> NotifyGroup {
        try open()
        let mailboxes = try notifyMailboxes()
        try space()
        let start = position
        var events: [NotifyEvent] = []
        if next == UInt8(ascii: "(") {
            events = try parenthesised("events") { cursor throws(SyntaxError) in try cursor.notifyEvent() }
        } else if !take("NONE") {
            throw error(.expected("events or NONE"))
        }
        try close()
        try check(events, of: mailboxes, from: start)
        return NotifyGroup(mailboxes, events)
    }

    /// RFC 5465 5, 6.1: what may stand together.
    private func check(
        _ events: [NotifyEvent], of mailboxes: NotifyMailboxes, from start: Int
    ) throws(SyntaxError) {
        var isNew = false
        for case .messageNew(let items) in events {
            isNew = true
            guard items.isEmpty || mailboxes.isSelected else {
                throw SyntaxError(.invalid("events: FETCH items are of the selected mailbox"), offset: start)
            }
        }
        let changesFlags = events.contains(.flagChange) || events.contains(.other("ANNOTATIONCHANGE"))
        guard isNew == events.contains(.messageExpunge), isNew || !changesFlags else {
            throw SyntaxError(.invalid("events: MessageNew and MessageExpunge go together"), offset: start)
        }
        guard !mailboxes.isSelected || events.allSatisfy(\.isSelectable) else {
            throw SyntaxError(.invalid("events: of the selected mailbox only those of messages"), offset: start)
        }
    }

    ///     one-or-more-mailbox = mailbox / many-mailboxes
    ///     many-mailboxes      = "(" mailbox *(SP mailbox) ")"
    private mutating func notifyMailboxes() throws(SyntaxError) -> NotifyMailboxes {
        let start = position
        switch try keyword("mailboxes to watch") {
        case "SELECTED": return .selected
        case "SELECTED-DELAYED": return .selectedDelayed
        case "INBOXES": return .inboxes
        case "PERSONAL": return .personal
        case "SUBSCRIBED": return .subscribed
        case "SUBTREE":
            return .subtree(try namedMailboxes())
        case "MAILBOXES":
            return .mailboxes(try namedMailboxes())
        default: throw SyntaxError(.invalid("mailboxes to watch"), offset: start)
        }
    }

    private mutating func notifyEvent() throws(SyntaxError) -> NotifyEvent {
        switch try keyword("an event") {
        case "MESSAGENEW":
            guard take(" (") else { return .messageNew([]) }
            let items = try list("items") { cursor throws(SyntaxError) in try cursor.fetchItem() }.uniqued()
            try close()
            return .messageNew(items)
        case "MESSAGEEXPUNGE": return .messageExpunge
        case "FLAGCHANGE": return .flagChange
        case "MAILBOXNAME": return .mailboxName
        case "SUBSCRIPTIONCHANGE": return .subscriptionChange
        case "MAILBOXMETADATACHANGE": return .mailboxMetadataChange
        case "SERVERMETADATACHANGE": return .serverMetadataChange
        case let name: return .other(name)
        }
    }
}

extension NotifyEvent {
    /// Whether it may be asked for of the selected mailbox; what is not offered is refused by the server, with the list
    /// of what is.
    fileprivate var isSelectable: Bool {
        if case .other = self { return true }
        return isOfMessages
    }
}

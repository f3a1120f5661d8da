import LightMailCore

/// The names of an account with the levels between them: INBOX first, then by name.
struct MailboxTree {
    struct Node {
        let path: MailboxPath
        /// Nil for a level above a mailbox that is none itself, and for a subscription without a mailbox.
        var mailbox: ReachedMailbox?
        var isSubscribed = false
        /// Whether a mailbox is below it.
        var hasChildren = false
    }

    let nodes: [Node]

    init(_ mailboxes: [ReachedMailbox], subscriptions: [MailboxPath]) {
        var nodes: [MailboxPath: Node] = [:]
        for mailbox in mailboxes {
            nodes[mailbox.name, default: Node(path: mailbox.name)].mailbox = mailbox
            for superior in mailbox.name.superiors {
                nodes[superior, default: Node(path: superior)].hasChildren = true
            }
        }
        for path in subscriptions { nodes[path, default: Node(path: path)].isSubscribed = true }
        self.nodes = nodes.values.sorted { left, right in
            left.path.isInbox != right.path.isInbox ? left.path.isInbox : left.path < right.path
        }
    }
}

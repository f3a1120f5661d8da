import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.9, RFC 5258, RFC 5819, RFC 6154, RFC 8440, RFC 9590
    mutating func list(_ command: ListCommand) async throws -> Completion {
        if command.asksForDelimiter {
            guard let root = MailboxName("") else { return .ok(ResponseText("Done")) }
            out.append(.list(MailboxListing(attributes: [.noSelect], name: root)))
            return .ok(ResponseText("Done"))
        }
        guard command.patterns.count <= Self.maximumPatterns else {
            throw CommandFailure.no("Too many patterns", .limit)
        }
        if command.statusItems?.contains(.highestModSeq) == true { becomeCondStoreAware() }
        let account = try requireAccount().id
        let mailboxes = try await store.access.list(account)
        let needsSubscriptions = command.selection.contains(.subscribed) || command.returns.contains(.subscribed)
        let subscriptions = try await needsSubscriptions ? store.mailboxes.subscriptions(account) : []
        let tree = MailboxTree(mailboxes, subscriptions: subscriptions)
        let patterns = command.patterns.map { $0.under(command.reference) }
        let above = tree.superiors(ofUnlisted: command.selection, patterns)
        let listed = tree.nodes.compactMap { node in
            tree.listing(node, command, patterns, above).map { (node: node, listing: $0) }
        }
        // Not of what is there only for those below it (RFC 9590 4).
        let annotations = try await annotations(
            listed.filter { $0.listing.childInfo.isEmpty }.compactMap { $0.node.mailbox }, command)
        for (node, listing) in listed {
            out.append(.list(listing))
            if command.returns.contains(.myRights), let mailbox = node.mailbox, listing.childInfo.isEmpty {
                out.append(.myRights(listing.name, mailbox.rights.letters))
            }
            if let entries = node.mailbox.flatMap({ annotations[$0.mailbox.id] }) {
                out.append(.metadata(listing.name, entries))
            }
            if let mailbox = node.mailbox, let items = command.statusItems, mailbox.rights.contains(.read) {
                out.append(.status(listing.name, try await statusValues(of: mailbox.mailbox, items)))
            }
            try await flush()
        }
        return .ok(ResponseText("Done"))
    }

    /// What LIST shows of the mailboxes' annotations: each entry that was asked for, with its value or without.
    private func annotations(
        _ mailboxes: [ReachedMailbox], _ command: ListCommand
    ) async throws -> [MailboxID: [MetadataEntry]] {
        guard let names = command.metadataNames else { return [:] }
        guard names.count <= Self.maximumEntries else { throw CommandFailure.no("Too many entries", .limit) }
        let readable = mailboxes.filter { $0.rights.mayAnnotate }
        let found = try await store.annotations.read(
            readable.map(\.mailbox), AnnotationQuery(names.map(\.string)))
        var shown: [MailboxID: [MetadataEntry]] = [:]
        for reached in readable {
            let values = found[reached.mailbox.id]
            shown[reached.mailbox.id] = names.map { name in
                let isShown = reached.isOwn || !name.string.hasPrefix(Self.privateEntries)
                return MetadataEntry(name, isShown ? values?.first { $0.name == name.string }?.value : nil)
            }
        }
        return shown
    }

    /// Each is put to every name, so that more of them would be work without bound.
    private static let maximumPatterns = 64
}

extension ListCommand {
    /// RFC 9590 3
    var metadataNames: [MetadataEntryName]? {
        for option in returns {
            if case .metadata(let names) = option { return names }
        }
        return nil
    }

    /// RFC 5819 2
    var statusItems: [StatusItem]? {
        for option in returns {
            if case .status(let items) = option { return items }
        }
        return nil
    }
}

extension MailboxTree.Node {
    /// What the account uses it for; what another uses it for is not this account's business.
    fileprivate var specialUse: SpecialUse {
        guard let mailbox, mailbox.isOwn else { return [] }
        return mailbox.mailbox.specialUse
    }

    /// What LIST says of it.
    var attributes: [MailboxAttribute] {
        var attributes: [MailboxAttribute] = []
        // Clients older than \NonExistent know that \Noselect cannot be opened.
        if mailbox == nil { attributes += [.nonExistent, .noSelect] }
        attributes.append(hasChildren ? .hasChildren : .hasNoChildren)
        if isSubscribed { attributes.append(.subscribed) }
        attributes += specialUse.attributes
        return attributes
    }
}

extension MailboxTree {
    /// What LIST says of a name; nil when the command does not ask for it.
    ///
    /// - Parameter above: the names that RECURSIVEMATCH adds.
    fileprivate func listing(
        _ node: Node, _ command: ListCommand, _ patterns: [ListPattern], _ above: Set<MailboxPath>
    ) -> MailboxListing? {
        let name = MailboxName(node.path)
        guard patterns.contains(where: { $0.matches(name) }) else { return nil }
        var childInfo: [ListSelectionOption] = []
        if !meets(node, command.selection) {
            guard above.contains(node.path) else { return nil }
            childInfo = [command.selection.contains(.subscribed) ? .subscribed : .specialUse]
        }
        return MailboxListing(attributes: node.attributes, name: name, childInfo: childInfo)
    }

    private func meets(_ node: Node, _ selection: Set<ListSelectionOption>) -> Bool {
        if selection.contains(.subscribed), !node.isSubscribed { return false }
        if selection.contains(.specialUse), node.specialUse.isEmpty { return false }
        // Without the option to list subscriptions, a name that is nothing but a subscription is not there.
        return selection.contains(.subscribed) || node.mailbox != nil || node.hasChildren
    }

    /// RFC 5258 3.5: the names above what meets the selection and is not listed itself.
    fileprivate func superiors(
        ofUnlisted selection: Set<ListSelectionOption>, _ patterns: [ListPattern]
    ) -> Set<MailboxPath> {
        guard selection.contains(.recursiveMatch) else { return [] }
        var superiors: Set<MailboxPath> = []
        for node in nodes where meets(node, selection) {
            let name = MailboxName(node.path)
            if !patterns.contains(where: { $0.matches(name) }) { superiors.formUnion(node.path.superiors) }
        }
        return superiors
    }
}

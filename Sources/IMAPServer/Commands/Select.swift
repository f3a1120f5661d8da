import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 9051 6.3.2, 6.3.3 (EXAMINE), RFC 7162 3.1.8, 3.2.5. A mailbox that was selected before is closed even when this fails.
    mutating func select(
        _ name: MailboxName, _ parameters: [SelectParameter], readOnly: Bool
    ) async throws -> Completion {
        var quickResync: QResyncParameter?
        for parameter in parameters {
            if case .qResync(let values) = parameter { quickResync = values }
        }
        guard quickResync == nil || usesQResync else { throw CommandFailure.bad("Enable QRESYNC first") }
        if usesUIDOnly, quickResync?.sequenceMatch != nil { throw CommandFailure.uidRequired }
        let account = try requireAccount().id
        if leaveMailbox() {
            out.append(.untagged(.ok(ResponseText("The mailbox before is closed", code: .closed))))
        }
        // Without a mailbox, so that where the old one stands is not told of the new one.
        if !parameters.isEmpty { becomeCondStoreAware() }
        let (mailbox, selected) = try await open(account, try existingPath(name), examining: readOnly)
        self.selected = selected
        selected.watch.setIdling(isAttentive)
        let view = selected.view
        if isRev2 { out.append(.list(MailboxListing(name: name))) }
        out.append(.flags(selected.knownFlags))
        out.append(.exists(UInt32(view.count)))
        if !isRev2 {
            out.append(.recent(selected.recentCount))
            if !usesUIDOnly,
                let first = (0..<view.count).first(where: { view.flags[$0] & MessageFlags.seen.rawValue == 0 })
            {
                out.append(.untagged(.ok(ResponseText("First unseen message", code: .unseen(UInt32(first) + 1)))))
            }
        }
        out.append(.untagged(.ok(ResponseText("Flags that are kept", code: selected.permanentFlags))))
        out.append(.untagged(.ok(ResponseText("UIDs valid", code: .uidValidity(mailbox.uidValidity)))))
        out.append(.untagged(.ok(ResponseText("Next UID", code: .uidNext(view.uidNext)))))
        tellHighestModSeq(selected.toldModSeq)
        out.append(
            .untagged(
                .ok(
                    ResponseText(
                        "Mailbox identifier", code: .mailboxID(IMAPSyntax.ObjectID(.mailbox, selected.id.rawValue))))))
        if let quickResync { try await resynchronize(quickResync, mailbox) }
        let code: ResponseCode = selected.isReadOnly ? .readOnly : .readWrite
        return .ok(ResponseText(readOnly ? "Examined" : "Selected", code: code))
    }

    /// Ends the view of the selected mailbox; false when there is none.
    @discardableResult
    mutating func leaveMailbox() -> Bool {
        guard let selected else { return false }
        selected.watch.cancel()
        self.selected = nil
        return true
    }

    private func open(
        _ account: AccountID, _ path: MailboxPath, examining: Bool
    ) async throws -> (Mailbox, SelectedMailbox) {
        if let known = service.mailboxNames.mailbox(account, path),
            let opened = try await openKnown(known, account, path, .all, examining: examining)
        {
            return opened
        }
        let found = try await store.access.reach(account, path, .read)
        let (id, owner, name) = (found.mailbox.id, found.mailbox.account, found.mailbox.name)
        if found.isOwn { service.mailboxNames.remember(id, owner, name) }
        guard let opened = try await openKnown(id, owner, name, found.rights, examining: examining) else {
            throw StoreError(.notFound)
        }
        return opened
    }

    /// Nil when the mailbox is gone, or has another name by now.
    ///
    /// - Parameters:
    ///   - account: whose it is.
    ///   - path: its name there.
    ///   - rights: what this session's account may do in it.
    private func openKnown(
        _ id: MailboxID, _ account: AccountID, _ path: MailboxPath, _ rights: MailboxRights, examining: Bool
    ) async throws -> (Mailbox, SelectedMailbox)? {
        // Before the index is read, so that no change falls between the two.
        let watch = MailboxWatch(store.changes, mailbox: id, outlet: outlet)
        do throws(StoreError) {
            let snapshot = try await store.indexes.select(account: account, mailbox: id)
            guard snapshot.mailbox.name == path else {
                service.mailboxNames.forget(account, path)
                watch.cancel()
                return nil
            }
            var selected = SelectedMailbox(
                account: account, id: id, isExamined: examining, rights: rights, watch: watch, view: snapshot.index)
            selected.recent = try await recent(snapshot.mailbox, snapshot.index, claiming: !selected.isReadOnly)
            return (snapshot.mailbox, selected)
        } catch {
            watch.cancel()
            guard error.kind == .notFound else { throw error }
            service.mailboxNames.forget(account, path)
            return nil
        }
    }

    /// RFC 3501 2.3.2: \Recent is given to one session; EXAMINE only looks.
    private func recent(
        _ mailbox: Mailbox, _ index: MailboxIndex, claiming: Bool
    ) async throws(StoreError) -> UIDSet {
        let first = mailbox.firstRecentUID
        guard first < index.uidNext else { return UIDSet() }
        guard claiming else { return UIDSet(first...(index.uidNext - 1)) }
        let claimed = try await store.mailboxes.claimRecent(
            account: mailbox.account, mailbox: mailbox.id, from: first, to: index.uidNext)
        return claimed.map { UIDSet($0.lowerBound...($0.upperBound - 1)) } ?? UIDSet()
    }
}

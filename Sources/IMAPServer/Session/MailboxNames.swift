import IMAPSyntax
import LightMailCore
import Synchronization

/// Remembers which mailbox had a name, so that a mailbox selected again is found in one round trip. What it says is
/// only tried: the mailbox itself tells its name and whether it lives.
final class MailboxNameCache: Sendable {
    private struct Key: Hashable {
        let account: AccountID
        let path: MailboxPath
    }

    /// Then it begins anew: about 10 MB.
    private static let capacity = 100_000
    private let mailboxes = Mutex<[Key: MailboxID]>([:])

    func mailbox(_ account: AccountID, _ path: MailboxPath) -> MailboxID? {
        mailboxes.withLock { $0[Key(account: account, path: path)] }
    }

    func remember(_ mailbox: MailboxID, _ account: AccountID, _ path: MailboxPath) {
        mailboxes.withLock { mailboxes in
            if mailboxes.count >= Self.capacity { mailboxes = [:] }
            mailboxes[Key(account: account, path: path)] = mailbox
        }
    }

    func forget(_ account: AccountID, _ path: MailboxPath) {
        mailboxes.withLock { $0[Key(account: account, path: path)] = nil }
    }
}

extension MailboxName {
    /// The name as the store takes it.
    ///
    /// - Throws: for a name that no mailbox can have.
    var path: MailboxPath {
        get throws(StoreError) { try MailboxPath(utf8) }
    }

    /// The name of a mailbox in the store.
    init(_ path: MailboxPath) {
        self = MailboxName(utf8: path.bytes) ?? .inbox
    }
}

extension Session {
    /// The path of an existing mailbox's name. One that no mailbox can have is one that no mailbox has.
    func existingPath(_ name: MailboxName) throws(StoreError) -> MailboxPath {
        do throws(StoreError) {
            return try name.path
        } catch {
            throw StoreError(.notFound)
        }
    }

    /// A mailbox, the account's own or another's, with the rights that a command needs there (RFC 4314 4).
    ///
    /// - Throws: `StoreError` notFound, forbidden.
    func reach(_ name: MailboxName, _ needed: MailboxRights) async throws -> ReachedMailbox {
        try await store.access.reach(try requireAccount().id, try existingPath(name), needed)
    }

    /// The mailbox where messages are to go.
    func destination(_ name: MailboxName) async throws -> ReachedMailbox {
        let account = try requireAccount().id
        do throws(StoreError) {
            return try await store.access.reach(account, try existingPath(name), .insert)
        } catch {
            throw ErrorReplies.destination(error)
        }
    }
}

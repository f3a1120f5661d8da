import ArgumentParser
import LightMailCore

/// Lists the mailboxes of an account.
struct MailboxList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List an account's mailboxes: name, messages, unseen, bytes, UIDVALIDITY, UIDNEXT.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address.") var address: String

    private struct Row: Encodable {
        let id: UInt64
        let name: String
        let messages: Int
        let unseen: Int
        let bytes: Int
        let uidValidity: UInt32
        let uidNext: UInt32
        let highestModseq: UInt64
    }

    func run(on store: Store) async throws -> Report {
        let account = try await store.accounts.find(try EmailAddress(address))
        let mailboxes = try await store.mailboxes.list(account.id)
        return Report(
            mailboxes.map { mailbox in
                Report.line([
                    "\(mailbox.name)", "\(mailbox.messages)", "\(mailbox.unseen)", "\(mailbox.bytes)",
                    "\(mailbox.uidValidity)", "\(mailbox.uidNext)",
                ])
            },
            mailboxes.map { mailbox in
                Row(
                    id: mailbox.id.rawValue, name: "\(mailbox.name)", messages: mailbox.messages,
                    unseen: mailbox.unseen, bytes: mailbox.bytes, uidValidity: mailbox.uidValidity,
                    uidNext: mailbox.uidNext, highestModseq: mailbox.highestModSeq)
            })
    }
}

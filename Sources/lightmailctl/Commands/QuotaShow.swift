import ArgumentParser
import LightMailCore
import LightMailDaemon

/// Shows quotas.
struct QuotaShow: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract:
            "Show quotas: name, bytes used, bytes allowed, messages used, messages allowed, mailboxes used, mailboxes allowed.",
        discussion: """
            A hyphen stands for no limit, and for the mailboxes of a domain, which are not limited. Without a name every \
            domain and every account is shown.

            Examples:
              lightmailctl quota show user@example.com
              lightmailctl quota show example.com
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "An account's address or a domain.") var name: String?

    func run(on store: Store) async throws -> Report {
        guard let name else {
            let quotas = try await store.quotas.all()
            return Report(quotas.map(QuotaRow.line), quotas.map(QuotaRow.init))
        }
        let quota = try await store.quotas.find(try QuotaOwner(name))
        return Report([QuotaRow.line(quota)], QuotaRow(quota))
    }
}

/// A quota as JSON.
struct QuotaRow: Encodable {
    let name: String
    let usedBytes: UInt64
    let usedMessages: UInt64
    /// Null for a domain.
    @Nullable var usedMailboxes: UInt64?
    /// Limits; null for none.
    @Nullable var quotaBytes: UInt64?
    @Nullable var quotaMessages: UInt64?
    @Nullable var quotaMailboxes: UInt64?

    init(_ quota: Quota) {
        name = quota.name
        usedBytes = quota.bytes.used
        usedMessages = quota.messages.used
        usedMailboxes = quota.mailboxes?.used
        quotaBytes = quota.bytes.limit
        quotaMessages = quota.messages.limit
        quotaMailboxes = quota.mailboxes?.limit
    }

    static func line(_ quota: Quota) -> String {
        let numbers = [
            quota.bytes.used, quota.bytes.limit, quota.messages.used, quota.messages.limit, quota.mailboxes?.used,
            quota.mailboxes?.limit,
        ]
        return Report.line([quota.name] + numbers.map { number in number.map { "\($0)" } ?? "-" })
    }
}

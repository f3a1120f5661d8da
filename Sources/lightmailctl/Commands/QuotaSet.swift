import ArgumentParser
import LightMailCore

/// Sets or lifts limits.
struct QuotaSet: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set or lift the limits of an account or a domain.",
        discussion: """
            A limit that is not named stays as it is; "none" lifts it. What is above a new limit already stays, and only \
            more is refused. The limits of a domain are of all its accounts together and hold beside their own; while a \
            domain has one, deliveries to its accounts wait for each other at the commit.

            Examples:
              lightmailctl quota set user@example.com --bytes 1000000000 --messages 50000
              lightmailctl quota set user@example.com --messages none
              lightmailctl quota set example.com --bytes 500000000000
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "An account's address or a domain.") var name: String
    @Option(help: ArgumentHelp("Bytes of mail.", valueName: "bytes")) var bytes: QuotaLimit?
    @Option(help: ArgumentHelp("Messages.", valueName: "count")) var messages: QuotaLimit?
    @Option(help: ArgumentHelp("Mailboxes; of an account only.", valueName: "count")) var mailboxes: QuotaLimit?

    func validate() throws {
        guard bytes != nil || messages != nil || mailboxes != nil else {
            throw ValidationError("Name a limit: --bytes, --messages or --mailboxes.")
        }
    }

    func run(on store: Store) async throws -> Report {
        let owner = try QuotaOwner(name)
        let change = QuotaChange(bytes: bytes?.limit, messages: messages?.limit, mailboxes: mailboxes?.limit)
        try await store.quotas.change(owner, change)
        let quota = try await store.quotas.find(owner)
        return Report(["changed the quota of \(quota.name)"], QuotaRow(quota))
    }
}

/// A limit on the command line: a number, or "none".
struct QuotaLimit: ExpressibleByArgument {
    let limit: QuotaChange.Limit

    init?(argument: String) {
        if argument == "none" {
            limit = .none
        } else if let number = UInt64(argument), number <= UInt64(Int64.max) {
            limit = .at(number)
        } else {
            return nil
        }
    }
}

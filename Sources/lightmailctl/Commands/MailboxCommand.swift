import ArgumentParser

/// The group of subcommands about mailboxes.
struct MailboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailbox", abstract: "The mailboxes of an account.",
        subcommands: [MailboxList.self])
}

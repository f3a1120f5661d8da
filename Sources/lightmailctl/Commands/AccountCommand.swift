import ArgumentParser

/// The group of subcommands about accounts.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "People's accounts: an address, a password, a quota.",
        subcommands: [
            AccountAdd.self, AccountList.self, AccountPassword.self, AccountQuota.self, AccountDisable.self,
            AccountEnable.self, AccountRemove.self,
        ])
}

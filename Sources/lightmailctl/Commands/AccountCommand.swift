import ArgumentParser

/// The group of subcommands about accounts.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "People's accounts: an address and a password.",
        subcommands: [
            AccountAdd.self, AccountList.self, AccountPassword.self, AccountDisable.self, AccountEnable.self,
            AccountRemove.self,
        ])
}

import ArgumentParser
import LightMailCore
import LightMailDaemon

/// Forgets the failed logins of an account or of a network.
struct AuthUnblock: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "unblock", abstract: "Forget the failed logins of an account or a network.",
        discussion: """
            Examples:
              lightmailctl auth unblock user@example.com
              lightmailctl auth unblock 192.0.2.1
              lightmailctl auth unblock 2001:db8:1:2::/64
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The account's address, or a client's IP address or network.") var subject: String

    func run(on store: Store) async throws -> Report {
        let subject = IPAddress(subject).map { Network(of: $0).description } ?? subject
        try await store.accounts.unblock(subject)
        return Report(["forgot the failed logins of \(subject)"], ["subject": subject])
    }
}

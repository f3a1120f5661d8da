import ArgumentParser
import LightMailCore

/// Makes a token.
struct TokenAdd: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Make a token and print it; it cannot be shown again.",
        discussion: """
            Only a hash of it is stored. The scope read lets its holder look at everything, write lets him change it.

            Examples:
              lightmailctl token add dashboard --scope read
              lightmailctl token add deploy --scope write --days 90
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "What it is called: letters, digits, '.', '_' and '-'.") var name: String
    @Option(help: "read or write.") var scope: AccessScope
    @Option(help: ArgumentHelp("Days until it expires; never without it.", valueName: "count")) var days: Int?

    private struct Added: Encodable {
        let name: String
        let scope: String
        let token: String
    }

    func validate() throws {
        guard days.map({ (1...36_500).contains($0) }) ?? true else {
            throw ValidationError("--days takes a number from 1 to 36500.")
        }
    }

    func run(on store: Store) async throws -> Report {
        let token = try await store.tokens.add(name, scope: scope, lifetime: days.map { Int64($0) * 86_400 })
        return Report([token], Added(name: name, scope: scope.rawValue, token: token))
    }
}

extension AccessScope: ExpressibleByArgument {}

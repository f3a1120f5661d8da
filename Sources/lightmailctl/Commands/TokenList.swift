import ArgumentParser
import LightMailCore
import LightMailDaemon

/// Lists the tokens.
struct TokenList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the tokens: name, scope, when made, when they expire.",
        discussion: "Times are seconds since 1970; a token that never expires has a hyphen.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl

    private struct Row: Encodable {
        let name: String
        let scope: String
        let createdAt: Int64
        @Nullable var expiresAt: Int64?
    }

    func run(on store: Store) async throws -> Report {
        let tokens = try await store.tokens.list()
        return Report(
            tokens.map { token in
                Report.line([
                    token.name, token.scope.rawValue, "\(token.createdAt)", token.expiresAt.map { "\($0)" } ?? "-",
                ])
            },
            tokens.map { token in
                Row(
                    name: token.name, scope: token.scope.rawValue, createdAt: token.createdAt,
                    expiresAt: token.expiresAt)
            })
    }
}

import ArgumentParser
import LightMailCore

/// Has a session ended.
struct SessionDisconnect: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "disconnect", abstract: "End a session, as its daemon's shutdown would.",
        discussion: """
            Its daemon ends it at the next beat ([system] heartbeat_seconds). The account may log in again at once: \
            to keep it out, disable it, which ends its sessions too.

            Example:
              lightmailctl session disconnect 6f2h8m0k3v9c1n5r7t4d
            """)

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Argument(help: "The session's id, as session list and the logs have it.") var session: String

    func run(on store: Store) async throws -> Report {
        try await store.presence.disconnect(session)
        return Report(["\(session) ends within seconds"], ["session": session])
    }
}

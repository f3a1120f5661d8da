import ArgumentParser
import LightMailCore

/// Lists the daemons that run.
struct DaemonList: StoreCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemons",
        abstract: "List the daemons that run: daemon, host, process, version, connections, state.")

    @OptionGroup var options: ControlOptions
    @ParentCommand var root: LightMailControl
    @Flag(help: "Those too that fell silent within the last hour.") var all = false

    private struct Row: Encodable {
        let id: String
        let daemon: String
        let host: String
        let pid: UInt32
        let version: String
        let startedAt: Int64
        let seenAt: Int64
        let alive: Bool
        let connections: Int
    }

    func run(on store: Store) async throws -> Report {
        let rows = try await store.presence.daemons(all: all).map {
            Row(
                id: $0.id, daemon: $0.kind, host: $0.host, pid: $0.pid, version: $0.version, startedAt: $0.startedAt,
                seenAt: $0.seenAt, alive: $0.isAlive, connections: $0.connections)
        }
        return Report(
            rows.map {
                Report.line([
                    $0.daemon, $0.host, "\($0.pid)", $0.version, "\($0.connections)", $0.alive ? "runs" : "silent",
                ])
            }, rows)
    }
}

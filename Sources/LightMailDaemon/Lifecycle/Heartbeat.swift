import Glibc
import LightMailCore

/// Tells the other processes of this one and of its sessions, and ends those that an administrator wants ended.
///
/// Every beat writes what changed since the last one that arrived. A database that does not answer costs the beat, and
/// nothing else.
struct Heartbeat {
    private let context: DaemonContext
    private let interval: Duration
    private let daemon: DaemonRecord
    /// What the database knows.
    private var told: [String: LiveSession] = [:]
    private var isAway = false
    private var samples: SampleTaker

    init(_ context: DaemonContext) {
        self.context = context
        samples = SampleTaker(context.metrics)
        interval = context.configuration.system.heartbeat
        var generator = SystemRandomNumberGenerator()
        daemon = DaemonRecord(
            id: ConnectionInfo.makeSessionID(using: &generator), kind: context.kind.rawValue,
            host: MachineName.current, pid: UInt32(getpid()), version: Release.version,
            startedAt: Int64(time(nil)), connections: 0)
    }

    /// Beats until it is cancelled, and then takes leave.
    mutating func run() async throws {
        while !Task.isCancelled {
            await beat()
            try? await Task.sleep(for: interval)
        }
        // In a task of its own, as this one is cancelled.
        await Task { [presence = context.store.presence, id = daemon.id] in try? await presence.leave(id) }.value
        try Task.checkCancellation()
    }

    private mutating func beat() async {
        do throws(StoreError) {
            for session in try await tell() { context.sessions.end(session) }
            isAway = false
        } catch {
            if !isAway {
                context.logger.warning("others cannot be told of this daemon", metadata: [LogKey.error: "\(error)"])
            }
            isAway = true
        }
    }

    /// - Returns: the sessions to end.
    private mutating func tell() async throws(StoreError) -> [String] {
        let logins = context.sessions.logins
        var began = logins.values.filter { told[$0.id] != $0 }[...]
        var ended = told.keys.filter { logins[$0] == nil }[...]
        var record = daemon
        record.connections = context.sessions.count
        let sample = samples.take(at: Int64(time(nil)), connections: record.connections)
        var ending: [String]
        repeat {
            let (first, gone) = (began.prefix(Presence.batch), ended.prefix(Presence.batch))
            let wasUnknown: Bool
            (ending, wasUnknown) = try await context.store.presence.tell(
                record, beat: UInt32(clamping: interval.components.seconds), sample: sample, began: Array(first),
                ended: Array(gone))
            // The collector forgot this daemon while it could not tell of itself: all is told anew, the rest at the next beat.
            if wasUnknown { told = [:] }
            for session in first { told[session.id] = session }
            for id in gone { told[id] = nil }
            began = began.dropFirst(first.count)
            ended = ended.dropFirst(gone.count)
        } while !began.isEmpty || !ended.isEmpty
        return ending
    }
}

// Counters of a pool: kept in atomics by its threads, read as one value by /metrics and by tests.

import Synchronization

/// A reading of a pool's counters. Each is exact; taken while work runs, they are not of one instant.
package struct DatabaseStatistics: Sendable, Equatable {
    /// Exchanges with the server: one a prepare, an execution, a script, a ping. Connecting is counted in ``connects``.
    package var roundTrips: UInt64 = 0
    /// Statements and scripts executed.
    package var queries: UInt64 = 0
    /// Statements prepared.
    package var prepares: UInt64 = 0
    /// Connections established, session set-up included.
    package var connects: UInt64 = 0
    /// Connections that could not be established.
    package var connectFailures: UInt64 = 0
    /// Connections established by a thread in place of one that it had lost.
    package var reconnects: UInt64 = 0
    /// Connections lost while in use or found dead.
    package var lostConnections: UInt64 = 0
    /// Units of work run a second time after a deadlock, a lock timeout or a lost connection.
    package var replays: UInt64 = 0
    /// Deadlocks and lock timeouts the server reported.
    package var lockConflicts: UInt64 = 0
    /// Units of work that gave up waiting for a connection.
    package var queueTimeouts: UInt64 = 0
    /// Connections open now.
    package var open = 0
    /// Units of work running now.
    package var inUse = 0
    /// Units of work waiting for a connection now.
    package var waiting = 0
}

/// The atomics behind ``DatabaseStatistics``. Relaxed: a reader that has awaited the work has its counts.
final class StatisticsCounters: Sendable {
    let roundTrips = Atomic<UInt64>(0)
    let queries = Atomic<UInt64>(0)
    let prepares = Atomic<UInt64>(0)
    let connects = Atomic<UInt64>(0)
    let connectFailures = Atomic<UInt64>(0)
    let reconnects = Atomic<UInt64>(0)
    let lostConnections = Atomic<UInt64>(0)
    let replays = Atomic<UInt64>(0)
    let lockConflicts = Atomic<UInt64>(0)
    let queueTimeouts = Atomic<UInt64>(0)
    let open = Atomic<Int>(0)
    let inUse = Atomic<Int>(0)

    func reading(waiting: Int) -> DatabaseStatistics {
        DatabaseStatistics(
            roundTrips: roundTrips.load(ordering: .relaxed),
            queries: queries.load(ordering: .relaxed),
            prepares: prepares.load(ordering: .relaxed),
            connects: connects.load(ordering: .relaxed),
            connectFailures: connectFailures.load(ordering: .relaxed),
            reconnects: reconnects.load(ordering: .relaxed),
            lostConnections: lostConnections.load(ordering: .relaxed),
            replays: replays.load(ordering: .relaxed),
            lockConflicts: lockConflicts.load(ordering: .relaxed),
            queueTimeouts: queueTimeouts.load(ordering: .relaxed),
            open: open.load(ordering: .relaxed),
            inUse: inUse.load(ordering: .relaxed),
            waiting: waiting)
    }
}

extension Atomic where Value == UInt64 {
    func increment() { wrappingAdd(1, ordering: .relaxed) }
}

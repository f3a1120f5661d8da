// The queue that the threads of a pool share: units of work wait in order, for a bounded time, and threads are
// started as work asks for them, up to a bound.

import CMariaDB
import Logging
import Synchronization

/// A unit of work on its way to a thread. Exactly one of `run` and `fail` is called, once.
struct Job: Sendable {
    let id: UInt64
    let deadline: ContinuousClock.Instant
    /// Does the work; what it returns hands the result over, and is called when the thread has settled what it counts.
    let run: @Sendable (Worker) -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
}

final class WorkQueue: Sendable {
    private let configuration: DatabaseConfiguration
    private let logger: Logger
    private let state = Mutex(State())
    private let lastID = Atomic<UInt64>(0)
    let statistics = StatisticsCounters()

    private struct State {
        var jobs = JobList()
        /// Threads with nothing to do; the one that worked last is at the end, and works next, so that the others
        /// grow idle enough to close their connections.
        var idle: [Seat] = []
        var threads = 0
        var isClosed = false
        /// Whether a task is waiting for the first deadline to pass.
        var isWatched = false
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    /// Where a thread waits, and where the job that wakes it is put.
    private final class Seat: Sendable {
        let parker = Parker()
        let job = Mutex<Job?>(nil)
    }

    init(_ configuration: DatabaseConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    var waiting: Int { state.withLock { $0.jobs.count } }

    func nextID() -> UInt64 { lastID.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Gives the job to an idle thread, to a new one, or to the queue.
    func submit(_ job: Job) {
        enum Step { case wake(Seat), start, watch, wait, refuse }
        let step: Step = state.withLock { state in
            if state.isClosed { return .refuse }
            if let seat = state.idle.popLast() { return .wake(seat) }
            if state.threads < max(1, configuration.poolSize) {
                state.threads += 1
                return .start
            }
            state.jobs.append(job)
            defer { state.isWatched = true }
            return state.isWatched ? .wait : .watch
        }
        switch step {
        case .wake(let seat):
            seat.job.withLock { $0 = job }
            seat.parker.unpark()
        case .start: start(with: job)
        case .watch: watch()
        case .wait: break
        case .refuse: job.fail(Self.shutDown)
        }
    }

    /// Takes a job that still waits out of the queue; one that runs is left to finish.
    func cancel(_ id: UInt64) {
        state.withLock { $0.jobs.remove(id) }?.fail(CancellationError())
    }

    /// Lets running units finish, fails waiting ones, ends the threads.
    func close() {
        let (jobs, seats) = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return (state.jobs.removeAll(), state.idle)
        }
        for job in jobs { job.fail(Self.shutDown) }
        for seat in seats { seat.parker.unpark() }
    }

    /// As ``close()``, and returns when the last thread has closed its connection.
    func closeAndWait() async {
        close()
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.threads > 0 { state.closing.append(continuation) }
                return state.threads == 0
            }
            if isDone { continuation.resume() }
        }
    }

    private static let shutDown = DatabaseError(kind: .unavailable, message: "the pool has been shut down")
}

// MARK: - Threads

extension WorkQueue {
    private func start(with job: Job) {
        guard !startThread({ self.work(from: job) }) else { return }
        threadEnded()
        job.fail(DatabaseError(kind: .unavailable, message: "no thread could be started"))
    }

    /// The life of a thread. It takes its seat before it hands a result over, so that the caller's next unit finds it
    /// there, and one unit after the other needs one connection.
    private func work(from first: Job) {
        let isReady = mysql_thread_init() == 0
        let worker = Worker(configuration, statistics: statistics, logger: logger)
        let seat = Seat()
        var next: Job? = first
        while let job = next {
            let handOver = isReady ? run(job, worker) : { job.fail(Self.noThreadState) }
            let turn = takeTurn(seat)
            handOver()
            switch turn {
            case .work(let job): next = job
            case .rest: next = waitForJob(worker, at: seat)
            case .end: next = nil
            }
        }
        worker.disconnect()
        mysql_thread_end()
        threadEnded()
    }

    private func run(_ job: Job, _ worker: Worker) -> @Sendable () -> Void {
        statistics.inUse.add(1, ordering: .relaxed)
        defer { statistics.inUse.subtract(1, ordering: .relaxed) }
        return job.run(worker)
    }

    private enum Turn { case work(Job), rest, end }

    /// What a thread does that has finished a unit.
    private func takeTurn(_ seat: Seat) -> Turn {
        state.withLock { state in
            if let job = state.jobs.popFirst() { return .work(job) }
            if state.isClosed { return .end }
            state.idle.append(seat)
            return .rest
        }
    }

    /// The job that is brought to the seat.
    /// - Returns: `nil` when the queue has been closed.
    private func waitForJob(_ worker: Worker, at seat: Seat) -> Job? {
        if worker.isConnected, seat.parker.park(for: configuration.idleTimeout) {
            return seat.job.withLock { $0.take() }
        }
        worker.disconnect()
        seat.parker.park()
        return seat.job.withLock { $0.take() }
    }

    private func threadEnded() {
        let continuations = state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.closing = [] }
            return state.closing
        }
        for continuation in continuations { continuation.resume() }
    }

    private static let noThreadState = DatabaseError(kind: .unavailable, message: "libmariadb refused the thread")
}

// MARK: - Deadlines

extension WorkQueue {
    /// Fails jobs whose time is up. Deadlines come in the order of the queue, so there is one to wait for; the task
    /// ends when nobody waits any more.
    private func watch() {
        Task {
            while let deadline = expire() {
                try? await Task.sleep(until: deadline)
            }
        }
    }

    /// - Returns: the deadline to look again at, `nil` when the queue is empty.
    private func expire() -> ContinuousClock.Instant? {
        let (expired, deadline) = state.withLock { state in
            let expired = state.jobs.removeExpired(at: .now)
            state.isWatched = state.jobs.firstDeadline != nil
            return (expired, state.jobs.firstDeadline)
        }
        for job in expired {
            statistics.queueTimeouts.increment()
            job.fail(
                DatabaseError(
                    kind: .timeout, message: "no connection was free for \(configuration.queueTimeout)"))
        }
        return deadline
    }
}

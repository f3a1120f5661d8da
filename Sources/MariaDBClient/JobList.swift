// Jobs in the order they came, from which any can be taken out.

struct JobList {
    private var jobs: [UInt64: Job] = [:]
    /// Ids in order, some of them of jobs taken out since; those before `head` are done with.
    private var order: [UInt64] = []
    private var head = 0

    var count: Int { jobs.count }

    mutating func append(_ job: Job) {
        jobs[job.id] = job
        order.append(job.id)
    }

    mutating func popFirst() -> Job? {
        dropRemoved()
        guard head < order.count, let job = jobs.removeValue(forKey: order[head]) else { return nil }
        head += 1
        return job
    }

    mutating func remove(_ id: UInt64) -> Job? { jobs.removeValue(forKey: id) }

    /// All jobs, in order.
    mutating func removeAll() -> [Job] {
        defer { self = JobList() }
        return order[head...].compactMap { jobs[$0] }
    }

    /// The jobs at the front whose deadline has passed.
    mutating func removeExpired(at now: ContinuousClock.Instant) -> [Job] {
        var expired: [Job] = []
        while let deadline = firstDeadline, deadline <= now, let job = popFirst() { expired.append(job) }
        return expired
    }

    var firstDeadline: ContinuousClock.Instant? {
        mutating get {
            dropRemoved()
            return head < order.count ? jobs[order[head]]?.deadline : nil
        }
    }

    /// Skips ids of jobs taken out, and gives back the room of those done with when they are the larger part.
    private mutating func dropRemoved() {
        while head < order.count, jobs[order[head]] == nil { head += 1 }
        guard head > 1024, head * 2 > order.count else { return }
        order.removeFirst(head)
        head = 0
    }
}

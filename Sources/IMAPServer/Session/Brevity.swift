import IMAPSyntax

// Which jobs run on the event loop of their connection, and which must not hold up the others there.

extension Session {
    /// Messages of a mailbox in which it is soon found what has changed.
    private static let briefMailbox = 65_536

    /// Whether a job computes little, however long it waits for MySQL, S3 or the client.
    func isBrief(_ job: Job) -> Bool {
        guard notifications == nil, (selected?.view.count ?? 0) <= Self.briefMailbox else { return false }
        guard case .command(let job) = job else { return false }
        return job.tagged.command.isBrief
    }
}

extension Command {
    /// Whether its bounds are known beforehand, and small.
    var isBrief: Bool {
        switch self {
        case .append, .noop, .check: true
        case .fetch(let fetch, _): fetch.messages.isWithin(fetch.items.contains(where: \.isText) ? 1 : 16)
        case .store(let store, _): store.messages.isWithin(16)
        default: false
        }
    }
}

extension SequenceSet {
    /// Whether it is known to hold no more than `limit` numbers.
    fileprivate func isWithin(_ limit: UInt64) -> Bool {
        guard openLowerBound == nil, !includesSavedResult else { return false }
        return ranges.reduce(0) { $0 + UInt64($1.upperBound - $1.lowerBound) + 1 } <= limit
    }
}

extension FetchItem {
    /// Whether it may be as long as its message.
    fileprivate var isText: Bool {
        switch self {
        case .rfc822, .rfc822Text, .bodySection, .binary, .binarySize: true
        default: false
        }
    }
}

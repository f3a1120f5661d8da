import Synchronization

/// How many bytes of messages the sessions of a process hold in memory at this moment, and the most they ever held.
/// This, not the size of the process, is what a test of bounded memory looks at.
package final class BufferAccount: Sendable {
    private let held = Atomic<Int>(0)
    private let highest = Atomic<Int>(0)

    package init() {}

    package var current: Int { held.load(ordering: .relaxed) }
    package var peak: Int { highest.load(ordering: .relaxed) }

    func add(_ count: Int) {
        let now = held.wrappingAdd(count, ordering: .relaxed).newValue
        var known = highest.load(ordering: .relaxed)
        while now > known {
            let (exchanged, original) = highest.weakCompareExchange(
                expected: known, desired: now, ordering: .relaxed)
            if exchanged { return }
            known = original
        }
    }

    func remove(_ count: Int) {
        held.wrappingSubtract(count, ordering: .relaxed)
    }
}

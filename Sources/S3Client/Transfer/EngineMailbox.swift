// What other threads tell the engine's thread, and how they wake it.

import CCurl
import Synchronization

/// An order to the engine's thread.
enum EngineCommand: Sendable {
    case start(Exchange)
    /// The reader has room again.
    case resume(UInt64)
    case cancel(UInt64)
}

/// The door to the engine's thread.
///
/// @unchecked Sendable: `multi` is used off the engine's thread for nothing but `curl_multi_wakeup`, which libcurl
/// documents as callable from any thread, and only under the lock while `isOpen`; the thread closes the mailbox under
/// the same lock before it destroys the handle.
final class EngineMailbox: @unchecked Sendable {
    private struct State {
        var isOpen: Bool
        var isStopped: Bool
        var commands: [EngineCommand] = []
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let statistics: TransferStatistics
    private let multi: UnsafeMutableRawPointer?
    private let state: Mutex<State>

    /// - Parameter multi: nil makes a mailbox that is closed from the start.
    init(multi: UnsafeMutableRawPointer?, statistics: TransferStatistics) {
        self.multi = multi
        self.statistics = statistics
        state = Mutex(State(isOpen: multi != nil, isStopped: multi == nil))
    }

    /// Gives an order; false when the engine has shut down.
    @discardableResult
    func post(_ command: EngineCommand) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            state.commands.append(command)
            if state.commands.count == 1 { curl_multi_wakeup(multi) }
            return true
        }
    }

    /// Closes the door: what was posted before is still taken.
    func close() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            curl_multi_wakeup(multi)
        }
    }

    /// For the engine's thread: the orders so far; nil when the door is closed and none is left.
    func take() -> [EngineCommand]? {
        state.withLock { state in
            if state.commands.isEmpty { return state.isOpen ? [] : nil }
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// For the engine's thread: it is about to end.
    func announceStop() {
        let waiters = state.withLock { state in
            state.isStopped = true
            defer { state.stopWaiters = [] }
            return state.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func waitForStop() async {
        await withCheckedContinuation { continuation in
            let isStopped = state.withLock { state in
                if !state.isStopped { state.stopWaiters.append(continuation) }
                return state.isStopped
            }
            if isStopped { continuation.resume() }
        }
    }
}

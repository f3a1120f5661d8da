// Starts detached threads that signals leave alone.

import Glibc

private final class ThreadBody {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs `body` on a thread of its own. The process's signals are not delivered to it, and a peer that hung up while
/// TLS was being written is an error there rather than a SIGPIPE; faults stay deliverable.
/// - Returns: whether the thread could be started.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    var blocked = sigset_t()
    var previous = sigset_t()
    sigfillset(&blocked)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&blocked, fault) }
    pthread_sigmask(SIG_BLOCK, &blocked, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }

    let box = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let failed = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }, box.toOpaque())
    guard failed == 0 else {
        box.release()
        return false
    }
    pthread_detach(thread)
    return true
}

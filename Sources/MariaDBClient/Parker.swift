// A place for one thread to sleep until another wakes it, or until it has slept long enough.

import Glibc

/// Holds at most one token: a wake-up that comes before the sleep is not lost.
///
/// `@unchecked Sendable`: `hasToken` is read and written only with `mutex` held, and the pointers never change.
final class Parker: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var hasToken = false

    init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Sleeps until a token comes.
    func park() {
        pthread_mutex_lock(mutex)
        while !hasToken { pthread_cond_wait(condition, mutex) }
        hasToken = false
        pthread_mutex_unlock(mutex)
    }

    /// Sleeps until a token comes, at most for `timeout`.
    /// - Returns: whether one came.
    func park(for timeout: Duration) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let (seconds, attoseconds) = timeout.components
        deadline.tv_sec += Int(clamping: seconds)
        deadline.tv_nsec += Int(attoseconds / 1_000_000_000)
        if deadline.tv_nsec >= 1_000_000_000 {
            deadline.tv_sec += 1
            deadline.tv_nsec -= 1_000_000_000
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !hasToken {
            guard pthread_cond_timedwait(condition, mutex, &deadline) == 0 else { break }
        }
        defer { hasToken = false }
        return hasToken
    }

    /// Wakes the sleeper, or keeps the next one from sleeping.
    func unpark() {
        pthread_mutex_lock(mutex)
        hasToken = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }
}

import CSystemd
import Glibc
import NIOCore
import NIOPosix

/// What is told to systemd (sd_notify(3)). Where there is none, nothing happens.
enum Supervisor {
    enum State: Sendable {
        case ready, reloading, stopping, alive
    }

    static func notify(_ state: State) {
        switch state {
        case .ready: send("READY=1")
        case .stopping: send("STOPPING=1")
        case .alive: send("WATCHDOG=1")
        case .reloading:
            // Type=notify-reload takes the message only with the time at which the reload began.
            var now = timespec()
            clock_gettime(CLOCK_MONOTONIC, &now)
            send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
        }
    }

    private static func send(_ message: String) {
        // A supervisor that does not listen is no reason for a daemon to stop.
        _ = sd_notify(0, message)
    }
}

/// Tells systemd, twice in each of its intervals, that the event loops and Swift's threads still take work.
struct Watchdog: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let interval: Duration

    /// nil when systemd does not ask for it.
    init?(group: MultiThreadedEventLoopGroup) {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        self.group = group
        interval = .microseconds(Int64(clamping: microseconds / 2))
    }

    func run() async throws {
        while true {
            for loop in group.makeIterator() { try await loop.submit {}.get() }
            Supervisor.notify(.alive)
            try await Task.sleep(for: interval)
        }
    }
}

import Glibc

/// What Prometheus wants to know of any process, under the names that its dashboards look for.
enum ProcessMetrics {
    static func register(in registry: MetricsRegistry, kind: DaemonKind) {
        let start = Double(LogTime.now.seconds)
        registry.collect { collection in
            collection.gauge(
                "lightmail_build_info", "The release; always 1.", 1,
                ["version": Release.version, "daemon": kind.rawValue])
            collection.gauge("process_start_time_seconds", "When the process started, in Unix time.", start)
            collection.counter("process_cpu_seconds_total", "Processor time taken, in seconds.", processorTime)
            if let openFiles { collection.gauge("process_open_fds", "Open file descriptors.", openFiles) }
            collection.gauge("process_max_fds", "The most file descriptors that may be open.", fileLimit)
            if let residentMemory {
                collection.gauge("process_resident_memory_bytes", "Resident memory in bytes.", residentMemory)
            }
        }
    }

    /// User and system time.
    private static var processorTime: Double {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        return Double(seconds) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1_000_000
    }

    /// Entries of /proc/self/fd, but for the one that reads it.
    private static var openFiles: Double? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            // `.` and `..` are no descriptors.
            if entry.pointee.d_name.0 != UInt8(ascii: ".") { count += 1 }
        }
        return Double(max(0, count - 1))
    }

    /// The soft limit, which is the one that is met.
    private static var fileLimit: Double {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Double(limit.rlim_cur)
    }

    /// The second number of /proc/self/statm counts pages.
    private static var residentMemory: Double? {
        guard let bytes = try? BoundedFile.read("/proc/self/statm", limit: 4096) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count > 1, let pages = Double(words[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
}

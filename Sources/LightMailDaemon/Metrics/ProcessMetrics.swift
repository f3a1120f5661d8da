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

    /// The second number of /proc/self/statm counts pages.
    private static var residentMemory: Double? {
        guard let bytes = try? BoundedFile.read("/proc/self/statm", limit: 4096) else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count > 1, let pages = Double(words[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
}

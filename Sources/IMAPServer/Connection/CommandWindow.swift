import NIOCore

/// Counts commands in a window of time.
struct CommandWindow {
    private var start = NIODeadline.uptimeNanoseconds(0)
    private var count = 0

    /// Counts one; false when it is one too many.
    mutating func admit(at now: NIODeadline, limit: Int, _ window: TimeAmount) -> Bool {
        if now - start >= window {
            start = now
            count = 0
        }
        count += 1
        return count <= limit
    }
}

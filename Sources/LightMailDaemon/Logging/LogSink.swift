import Glibc
import Logging
import Synchronization

/// Where the lines of a log go: standard error or a file, appended a line at a time and reopened on demand; or the journal,
/// where standard error leads there.
///
/// It never throws: a log that cannot be written must not stop mail.
package final class LogSink: Sendable {
    private struct Output {
        var descriptor: CInt
        var path: String
    }

    private let output: Mutex<Output>
    private let threshold: Atomic<Int>
    let isJSON: Bool
    let program: String
    /// Events go to the journal field by field; JSON, when it is asked for, goes there as lines.
    var isJournal: Bool { !isJSON && output.withLock { $0.path.isEmpty } && standardErrorIsJournal }
    private let standardErrorIsJournal: Bool

    /// - Parameters:
    ///   - section: Where, in which form, and from which level.
    ///   - program: Stands in every line.
    /// - Throws: `BoundedFileError` when the file cannot be opened.
    init(_ section: LoggingSection, program: String) throws(BoundedFileError) {
        output = Mutex(Output(descriptor: try LogSink.open(section.path), path: section.path))
        threshold = Atomic(LogSink.rank(section.level.severity))
        isJSON = section.json
        standardErrorIsJournal = JournalFields.isStandardError
        self.program = program
    }

    deinit {
        output.withLock { LogSink.close($0.descriptor) }
    }

    /// A logger that writes here.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { _ in LineLogHandler(sink: self) }
    }

    /// The least important level that is written. A logger with a level of its own keeps that.
    var level: Logger.Level {
        get {
            let levels = Logger.Level.allCases
            let rank = threshold.load(ordering: .relaxed)
            return levels.indices.contains(rank) ? levels[rank] : .info
        }
        set { threshold.store(LogSink.rank(newValue), ordering: .relaxed) }
    }

    /// Opens the file of `section` again, after logrotate moved it away, and takes the level. When the file cannot be
    /// opened the old one stays.
    func reload(_ section: LoggingSection) throws(BoundedFileError) {
        level = section.level.severity
        let descriptor = try LogSink.open(section.path)
        let old = output.withLock { output in
            defer { output = Output(descriptor: descriptor, path: section.path) }
            return output.descriptor
        }
        LogSink.close(old)
    }

    /// Writes one line. The lock keeps lines whole and keeps a reload from closing the file in between.
    func write(_ line: String) {
        var bytes = Array(line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        output.withLock { output in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(output.descriptor, $0.baseAddress, $0.count) }
                if count < 0 {
                    if errno == EINTR { continue }
                    return
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func open(_ path: String) throws(BoundedFileError) -> CInt {
        guard !path.isEmpty else { return STDERR_FILENO }
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw BoundedFileError(message: "\(path): \(SystemError.text(errno))") }
        return descriptor
    }

    private static func close(_ descriptor: CInt) {
        if descriptor != STDERR_FILENO { Glibc.close(descriptor) }
    }

    private static func rank(_ level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}

extension LogLevel {
    /// The level of the same name.
    var severity: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}

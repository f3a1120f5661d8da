import CSystemd
import Glibc
import Logging

/// One event as the fields of an entry in systemd's journal: what a line of text would say, and each field of it by itself, so
/// that `journalctl LIGHTMAIL_TRACE=...` finds a message in every daemon.
struct JournalFields {
    /// `NAME=value`; the journal takes any bytes behind the name.
    let fields: [String]

    init(_ level: Logger.Level, _ program: String, _ message: String, _ metadata: [(key: String, value: String)]) {
        fields =
            [
                "MESSAGE=\(LineLogHandler.text(message, metadata))", "PRIORITY=\(JournalFields.priority(level))",
                "SYSLOG_IDENTIFIER=\(program)",
            ] + metadata.map { "\(JournalFields.name($0.key))=\($0.value)" }
    }

    /// True when standard error leads to the journal, which says by JOURNAL_STREAM which file that is (systemd.exec(5)).
    static var isStandardError: Bool {
        guard let stream = getenv("JOURNAL_STREAM") else { return false }
        let numbers = String(cString: stream).split(separator: ":").compactMap { UInt64($0) }
        var status = stat()
        guard numbers.count == 2, fstat(STDERR_FILENO, &status) == 0 else { return false }
        return numbers == [UInt64(status.st_dev), UInt64(status.st_ino)]
    }

    /// Hands the entry to the journal. One that cannot be written must not stop mail.
    func send() {
        let bytes = fields.map { Array($0.utf8) }
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.reduce(0) { $0 + $1.count })
        defer { buffer.deallocate() }
        var vectors: [iovec] = []
        var offset = 0
        for field in bytes {
            let place = UnsafeMutableBufferPointer(rebasing: buffer[offset..<offset + field.count])
            _ = place.initialize(from: field)
            vectors.append(iovec(iov_base: place.baseAddress, iov_len: field.count))
            offset += field.count
        }
        _ = sd_journal_sendv(vectors, Int32(vectors.count))
    }

    /// The severities of syslog(3).
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }

    /// Letters, digits and underscores, at most 64 of them; journald drops a field of any other name.
    static func name(_ key: String) -> String {
        let word = key.uppercased().unicodeScalars.map { scalar in
            ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "_"
        }
        return String("LIGHTMAIL_" + String(word).prefix(54))
    }
}

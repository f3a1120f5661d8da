import Glibc
import LightMailCore

/// How a daemon ends, in the numbers of sysexits.h, which systemd and scripts know.
package enum ExitStatus: Int32, Sendable {
    case success = 0
    /// EX_USAGE: the command line.
    case usage = 64
    /// EX_SOFTWARE: a mistake of ours.
    case software = 70
    /// EX_OSERR: a listener could not be opened.
    case systemError = 71
    /// EX_CANTCREAT: the log file could not be opened.
    case cannotCreate = 73
    /// EX_TEMPFAIL: something that may be better in a moment.
    case temporaryFailure = 75
    /// EX_CONFIG: the configuration, a certificate it names, or a schema that was not migrated.
    case configuration = 78

    /// The status for an error that ended a daemon.
    init(_ error: any Error) {
        switch error {
        case is ConfigurationError, is TLSError, is SchemaError: self = .configuration
        case is ListenerError: self = .systemError
        case let error as StoreError where error.kind == .unavailable: self = .temporaryFailure
        default: self = .software
        }
    }

    /// Ends the process, with a message for whoever started it.
    package func exit(_ message: String = "") -> Never {
        if !message.isEmpty { StandardError.write(message) }
        Glibc.exit(rawValue)
    }
}

/// What is said before there is a log.
enum StandardError {
    static func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        if bytes.last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

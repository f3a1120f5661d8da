import Dispatch
import Logging
import Synchronization

/// Scans messages with clamd while they arrive, on a bounded number of threads of its own.
///
/// A scan belongs to one of the threads and uses it for as long as clamd takes a piece or thinks, so that a sender who is
/// slow holds none.
package final class Scanner: Sendable {
    package let configuration: AntivirusConfiguration
    private let queues: [DispatchQueue]
    private let logger: Logger
    private let turn = Atomic<Int>(0)
    private let counts = Mutex(ScannerStatistics())

    package init(_ configuration: AntivirusConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        queues = (0..<max(1, configuration.parallelism)).map { DispatchQueue(label: "lightmail.antivirus.\($0)") }
    }

    package var statistics: ScannerStatistics { counts.withLock { $0 } }

    /// Begins to scan a message. clamd is connected to with its first bytes.
    package func begin() -> Scan {
        let number = turn.add(1, ordering: .relaxed).newValue & Int.max
        return Scan(configuration, queue: queues[number % queues.count])
    }

    /// What follows from a verdict.
    ///
    /// - Returns: the name of what was found in a message that is to be kept nevertheless; nil when nothing was.
    /// - Throws: `StoreError` infected, limit, unavailable: the message is not to be taken.
    func judge(_ verdict: ScanVerdict) throws(StoreError) -> String? {
        counts.withLock { $0.count(verdict) }
        switch verdict {
        case .clean: return nil
        case .infected(let name):
            logger.notice("infected message", metadata: ["virus": "\(name)"])
            guard configuration.treatment != .reject else { throw StoreError(.infected, name) }
            return name
        case .tooLarge:
            logger.notice("message is too large to be scanned")
            guard !configuration.refusesOversize else {
                throw StoreError(.limit("the message is larger than the virus scanner takes"))
            }
            return nil
        case .unavailable(let why):
            logger.warning("virus scanner", metadata: ["error": "\(why)"])
            guard configuration.isFailOpen else { throw StoreError(.unavailable, "virus scanner: \(why)") }
            return nil
        }
    }
}

/// How many scans ended how.
package struct ScannerStatistics: Sendable, Hashable {
    package private(set) var clean: UInt64 = 0
    package private(set) var infected: UInt64 = 0
    package private(set) var tooLarge: UInt64 = 0
    package private(set) var unavailable: UInt64 = 0

    fileprivate mutating func count(_ verdict: ScanVerdict) {
        switch verdict {
        case .clean: clean += 1
        case .infected: infected += 1
        case .tooLarge: tooLarge += 1
        case .unavailable: unavailable += 1
        }
    }
}

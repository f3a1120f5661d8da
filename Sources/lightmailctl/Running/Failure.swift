import Glibc
import LightMailCore
import LightMailDaemon
import MailMigration

/// Why a subcommand failed: a sentence for the administrator and an exit status for his scripts.
struct Failure: Error {
    /// Of sysexits.h.
    enum Status: Int32 {
        case usage = 64
        case data = 65
        case noSuchThing = 67
        case notNow = 69
        case software = 70
        case exists = 73
        case temporary = 75
        case configuration = 78
    }

    let status: Status
    let message: String

    init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    /// Nil for an error of the command line itself, which ArgumentParser explains.
    init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as StoreError: self.init(error)
        case let error as MigrationError: self.init(.data, error.description)
        case let error as ConfigurationError: self.init(.configuration, error.description)
        default: return nil
        }
    }

    init(_ error: StoreError) {
        switch error.kind {
        case .notFound: self.init(.noSuchThing, "there is no \(error.detail)")
        case .alreadyExists: self.init(.exists, "\(error.detail) exists already")
        case .invalid(let reason), .limit(let reason): self.init(.data, reason)
        case .forbidden: self.init(.notNow, "a right is missing")
        case .inactive: self.init(.notNow, "the account is disabled")
        case .infected: self.init(.data, "the message contains a virus")
        case .overQuota: self.init(.notNow, "the quota would be exceeded")
        case .conflict(let reason): self.init(.notNow, reason)
        case .unavailable: self.init(.temporary, "the store does not answer: \(error.detail)")
        case .corrupt, .internal: self.init(.software, "\(error)")
        }
    }

    func exit() -> Never {
        StandardError.write("lightmailctl: \(message)\n")
        Glibc.exit(status.rawValue)
    }
}

/// The standard error, by its number: C's `stderr` is a variable that Swift cannot know to be safe.
enum StandardError {
    static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}

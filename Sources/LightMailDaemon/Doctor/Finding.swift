/// What one check found: how bad it is, a sentence for the administrator, and what to do about it. Never a secret.
package struct Finding: Sendable, Equatable, Encodable {
    package enum Status: String, Sendable, Encodable {
        /// As it should be.
        case ok
        /// It works; it may not be what was meant, or will not stay so.
        case warning
        /// Mail is refused, lost or open to others until somebody acts.
        case error
    }

    package let status: Status
    /// What was examined, such as "mysql".
    package let part: String
    /// What about it, such as "version".
    package let check: String
    package let detail: String
    /// Nil when all is well.
    package let advice: String?
}

/// The findings about one part, as they are made.
struct Findings {
    let part: String
    private(set) var list: [Finding] = []

    init(_ part: String) {
        self.part = part
    }

    mutating func ok(_ check: String, _ detail: String) {
        add(.ok, check, detail, nil)
    }

    mutating func warning(_ check: String, _ detail: String, advice: String) {
        add(.warning, check, detail, advice)
    }

    mutating func error(_ check: String, _ detail: String, advice: String) {
        add(.error, check, detail, advice)
    }

    private mutating func add(_ status: Finding.Status, _ check: String, _ detail: String, _ advice: String?) {
        list.append(Finding(status: status, part: part, check: check, detail: detail, advice: advice))
    }
}

// Why calendar data is refused, and at which line of it.

/// Calendar data that does not follow RFC 5545, or is beyond a bound.
package struct CalendarError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// Something else than what the text names stands there.
        case expected(String)
        /// A value that is well-formed and still makes no sense, or is none of its type.
        case invalid(String)
        /// More than a bound of `CalendarLimits` allows.
        case tooMany(String)
        case notUTF8
        /// A property or component that the text names has to be there.
        case missing(String)
        /// What may stand there once is there more often.
        case repeated(String)
        /// Against RFC 4791 4.1, which says what one calendar object resource holds.
        case notOneObject(String)
    }

    package let reason: Reason
    /// The line, counted from 1 as it was sent: a folded line counts as many as it has pieces, and is named by its first.
    package let line: Int

    package init(_ reason: Reason, line: Int) {
        self.reason = reason
        self.line = line
    }

    /// What to tell the client. No value of the data is in it.
    package var message: String {
        let what =
            switch reason {
            case .expected(let what): "expected \(what)"
            case .invalid(let what): "invalid \(what)"
            case .tooMany(let what): "too many \(what)"
            case .notUTF8: "not UTF-8"
            case .missing(let what): "\(what) is missing"
            case .repeated(let what): "\(what) stands there more than once"
            case .notOneObject(let why): why
            }
        return "line \(line): \(what)"
    }
}

import SMTPClient
import SMTPSyntax

/// The reply to a submission, whose recipients may be partly here and partly elsewhere.
enum SubmissionReplies {
    /// Recipients that a reply names.
    private static let named = 20

    /// - Parameters:
    ///   - outcomes: what the smarthost said of each recipient elsewhere.
    ///   - here: why nobody here got the message.
    ///   - isDelivered: whether those who are here have it.
    ///   - accepted: the reply when every part is safe.
    static func reply(
        _ outcomes: [(recipient: String, outcome: SendOutcome)], here: Reply?, isDelivered: Bool, accepted: Reply
    ) -> Reply {
        if let here { return here }
        let failures = outcomes.filter { !$0.outcome.isAccepted && $0.outcome != .withheld }
        guard let first = failures.first else { return accepted }
        if case .unreachable = first.outcome {
            return Reply(451, EnhancedStatusCode(4, 4, 1), "Mail for elsewhere cannot be sent now, try again later")
        }
        let isPermanent = failures.contains { entry in
            if case .permanent = entry.outcome { return true }
            return false
        }
        let hasReached = isDelivered || outcomes.contains(where: \.outcome.isAccepted)
        let title = hasReached ? "Not sent to these; the others have it:" : "Not sent to anybody, because of these:"
        var lines = [title] + failures.prefix(named).map { "<\($0.recipient)>: \(text(of: $0.outcome))" }
        if failures.count > named { lines.append("and \(failures.count - named) more") }
        return isPermanent
            ? Reply(550, EnhancedStatusCode(5, 1, 0), lines: lines)
            : Reply(451, EnhancedStatusCode(4, 1, 0), lines: lines)
    }

    private static func text(of outcome: SendOutcome) -> String {
        switch outcome {
        case .permanent(let reply): "\(reply)"
        case .temporary(let reason), .unreachable(let reason): reason
        case .accepted, .withheld: ""
        }
    }
}

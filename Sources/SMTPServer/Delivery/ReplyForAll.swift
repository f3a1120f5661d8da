import SMTPSyntax

extension Reply {
    /// The one reply that SMTP has for all recipients of a message.
    ///
    /// RFC 5321 section 3.3 knows no partial success: 250 takes over every recipient. So as long as one may yet get the
    /// message the sender has to come again; those that have it by then will not get it twice. That goes for a recipient
    /// refused for good beside others, too: at the next try RCPT tells it apart (``Overflows``).
    ///
    /// - Parameter replies: one a recipient, at least one.
    init(forAll replies: [Reply]) {
        let refusals = replies.filter(\.isError)
        let deferral = refusals.first { $0.code < 500 }
        if let only = deferral ?? (refusals.count == replies.count ? refusals.first : nil) {
            self = only
        } else if refusals.isEmpty, let first = replies.first {
            self = first
        } else {
            self.init(
                452, EnhancedStatusCode(4, 2, 2), "Not delivered to all; send it again to learn to whom it cannot be")
        }
    }
}

import MailFormat

/// What THREAD compares of a subject: the base subject (RFC 5256 2.1), as i;unicode-casemap has it.
struct ThreadSubject: Sendable {
    /// Longer ones are cut: what a message says in so many bytes of its subject is enough to tell it from others.
    private static let longest = 512

    let text: CasemappedText
    let isReplyOrForward: Bool

    init(_ subject: [UInt8]) {
        let base = BaseSubject(subject)
        var text = CasemappedText(base.text)
        text.keepPrefix(Self.longest)
        self.text = text
        isReplyOrForward = base.isReplyOrForward
    }
}

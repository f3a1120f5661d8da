// Patterns of LIST and LSUB, and their matching in time bounded by pattern length times name length.

/// A pattern for mailbox names, in UTF-8.
///
/// RFC 9051 6.3.9
///
///     list-mailbox   = 1*list-char / string
///     list-wildcards = "%" / "*"
///
/// `*` stands for any bytes, `%` for any bytes but the hierarchy delimiter. A first component INBOX is matched without
/// case, as the name INBOX is (RFC 9051 5.1).
package struct ListPattern: Hashable, Sendable {
    /// As the client meant it: well-formed UTF-8 without NUL; may be empty.
    package let utf8: [UInt8]

    /// The pattern in steps: a byte, or a wildcard. Neighbouring wildcards are one: "%*" is "*", "%%" is "%".
    private let steps: [Step]

    private enum Step: Hashable, Sendable {
        case byte(UInt8)
        case withinLevel
        case anything

        var isWildcard: Bool {
            switch self {
            case .byte: false
            case .withinLevel, .anything: true
            }
        }
    }

    /// Nil when the bytes are not well-formed UTF-8 or hold a NUL.
    package init?(utf8 bytes: some Collection<UInt8>) {
        guard !bytes.contains(0), UTF8Validation.isWellFormed(bytes) else { return nil }
        utf8 = Array(bytes)
        steps = ListPattern.compile(bytes)
    }

    /// Nil when the string holds a NUL.
    package init?(_ string: String) {
        self.init(utf8: string.utf8)
    }

    /// The pattern under a reference: LIST's interpretation of its two arguments is to join them (RFC 9051 6.3.9).
    package func under(_ reference: MailboxName) -> ListPattern {
        guard !reference.utf8.isEmpty else { return self }
        return ListPattern(joined: reference.utf8 + utf8)
    }

    /// Both halves were well-formed, so the whole is.
    private init(joined bytes: [UInt8]) {
        utf8 = bytes
        steps = ListPattern.compile(bytes)
    }

    /// Whether the pattern has no wildcard, and so names one mailbox.
    package var isLiteral: Bool { !steps.contains(where: \.isWildcard) }

    /// Whether `name` fits the pattern.
    package func matches(_ name: MailboxName, delimiter: UInt8 = UInt8(ascii: "/")) -> Bool {
        var ignored = 0
        return matches(name, delimiter: delimiter, comparisons: &ignored)
    }

    /// Whether the name itself does not fit but a mailbox below it could (RFC 5258 3.5 asks this of RECURSIVEMATCH and of
    /// parents to report): the pattern's beginning fits `name` and the delimiter after it.
    package func matchesBelow(_ name: MailboxName, delimiter: UInt8 = UInt8(ascii: "/")) -> Bool {
        var ignored = 0
        let states = reach(name.utf8 + [delimiter], delimiter: delimiter, comparisons: &ignored)
        return states.contains(true)
    }

    /// As `matches(_:delimiter:)`, adding to `comparisons` one for each step looked at: at most
    /// (steps + 1) * (bytes + 1), whatever the pattern.
    func matches(_ name: MailboxName, delimiter: UInt8, comparisons: inout Int) -> Bool {
        // The bytes before the first wildcard turn away most names, and cost no set of states.
        for (step, byte) in zip(steps, name.utf8) {
            guard case .byte(let wanted) = step else { break }
            comparisons += 1
            if wanted != byte && !(ByteClass.upper(wanted) == byte && byte &- UInt8(ascii: "A") < 26) { return false }
        }
        return reach(name.utf8, delimiter: delimiter, comparisons: &comparisons)[steps.count]
    }

    /// For each count of steps, whether that many steps can take in the whole of `name`. All ways through the pattern are
    /// followed side by side, so that no pattern can make it go back and try again.
    private func reach(_ name: [UInt8], delimiter: UInt8, comparisons: inout Int) -> [Bool] {
        let foldable = MailboxName.beginsWithInbox(name, delimiter: delimiter) ? 5 : 0
        var states = [Bool](repeating: false, count: steps.count + 1)
        states[0] = true
        skipWildcards(&states)
        for (position, byte) in name.enumerated() {
            comparisons += steps.count + 1
            var alive = false
            // Downwards, so that each step reads the state from before this byte.
            for index in stride(from: steps.count, through: 0, by: -1) {
                var here = false
                if index < steps.count, states[index] {
                    switch steps[index] {
                    case .anything: here = true
                    case .withinLevel: here = byte != delimiter
                    case .byte: break
                    }
                }
                if index > 0, states[index - 1], case .byte(let wanted) = steps[index - 1] {
                    let same = wanted == byte || (position < foldable && ByteClass.upper(wanted) == byte)
                    here = here || same
                }
                states[index] = here
                alive = alive || here
            }
            guard alive else { return states }
            skipWildcards(&states)
        }
        return states
    }

    /// A wildcard may stand for nothing.
    private func skipWildcards(_ states: inout [Bool]) {
        for index in steps.indices where states[index] && steps[index].isWildcard {
            states[index + 1] = true
        }
    }

    private static func compile(_ bytes: some Sequence<UInt8>) -> [Step] {
        var steps: [Step] = []
        for byte in bytes {
            switch (byte, steps.last) {
            case (UInt8(ascii: "*"), .withinLevel): steps[steps.count - 1] = .anything
            case (UInt8(ascii: "*"), .anything), (UInt8(ascii: "%"), .anything), (UInt8(ascii: "%"), .withinLevel):
                break
            case (UInt8(ascii: "*"), _): steps.append(.anything)
            case (UInt8(ascii: "%"), _): steps.append(.withinLevel)
            default: steps.append(.byte(byte))
            }
        }
        return steps
    }
}

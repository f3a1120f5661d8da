// The conditions of SEARCH.

/// A condition on a message.
///
/// RFC 9051 6.4.4, RFC 3501 6.4.4 (NEW, OLD, RECENT), RFC 5032 (OLDER, YOUNGER), RFC 7162 (MODSEQ), RFC 8474 (EMAILID,
/// THREADID), RFC 8514 (SAVED...)
///
///     search-key = "ALL" / "ANSWERED" / "BCC" SP astring / "BEFORE" SP date / ... /
///                  "NOT" SP search-key / "OR" SP search-key SP search-key / "(" search-key *(SP search-key) ")"
///
/// Strings are bytes in the charset of the command. The parser bounds the depth, so that walking a key, or letting go
/// of one, cannot exhaust the stack.
package indirect enum SearchKey: Hashable, Sendable {
    case all
    case answered
    case bcc([UInt8])
    case before(CalendarDate)
    case body([UInt8])
    case cc([UInt8])
    case deleted
    case draft
    case flagged
    case from([UInt8])
    /// The field's name, and what its value contains; an empty string asks only that the field exists.
    case header(name: [UInt8], value: [UInt8])
    case keyword(Keyword)
    case larger(UInt64)
    case new
    case not(SearchKey)
    case old
    case on(CalendarDate)
    case or(SearchKey, SearchKey)
    case recent
    case seen
    case sentBefore(CalendarDate)
    case sentOn(CalendarDate)
    case sentSince(CalendarDate)
    case since(CalendarDate)
    case smaller(UInt64)
    case subject([UInt8])
    case text([UInt8])
    case to([UInt8])
    case uid(SequenceSet)
    case unanswered
    case undeleted
    case undraft
    case unflagged
    case unkeyword(Keyword)
    case unseen
    /// Message sequence numbers, also in UID SEARCH.
    case sequence(SequenceSet)
    /// All of them; what parentheses, and the keys of the command side by side, mean. At least two from the parser.
    case and([SearchKey])

    /// RFC 7162 3.1.5: mod-sequence at least `value`. The entry is remembered for form only: LightMail keeps one
    /// mod-sequence a message.
    case modSequence(UInt64, entry: ModSequenceEntry?)
    /// RFC 5032: internal date at least so many seconds ago.
    case older(seconds: UInt32)
    /// RFC 5032: internal date at most so many seconds ago.
    case younger(seconds: UInt32)
    /// RFC 8474 6
    case emailID(ObjectID)
    /// RFC 8474 6
    case threadID(ObjectID)
    /// RFC 8514 4.3
    case savedBefore(CalendarDate)
    case savedOn(CalendarDate)
    case savedSince(CalendarDate)
    case saveDateSupported

    /// Whether the key, or one that it holds, meets a condition.
    package func contains(where condition: (SearchKey) -> Bool) -> Bool {
        if condition(self) { return true }
        return switch self {
        case .and(let keys): keys.contains { $0.contains(where: condition) }
        case .or(let left, let right): left.contains(where: condition) || right.contains(where: condition)
        case .not(let key): key.contains(where: condition)
        default: false
        }
    }

    /// Whether it names message numbers.
    package var namesMessageNumbers: Bool {
        contains { if case .sequence = $0 { true } else { false } }
    }

    /// Whether it asks for mod-sequences, and the answer then holds one (RFC 7162 3.1.5).
    package var namesModSequence: Bool {
        contains { if case .modSequence = $0 { true } else { false } }
    }
}

/// Which flag's mod-sequence a MODSEQ search means.
///
/// RFC 7162 7
///
///     search-modseq-ext = SP entry-name SP entry-type-req
///     entry-flag-name   = DQUOTE "/flags/" attr-flag DQUOTE
///     entry-type-req    = "priv" / "shared" / "all"
package struct ModSequenceEntry: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case `private` = "priv"
        case shared = "shared"
        case all = "all"
    }

    /// As sent, beginning with "/flags/".
    package var name: [UInt8]
    package var kind: Kind

    package init(name: [UInt8], kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

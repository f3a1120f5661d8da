/// The system flags of a message as the row keeps them (RFC 9051 2.3.2). \Recent is no flag of a message but of a session.
package struct MessageFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let seen = MessageFlags(rawValue: 1)
    package static let answered = MessageFlags(rawValue: 2)
    package static let flagged = MessageFlags(rawValue: 4)
    package static let deleted = MessageFlags(rawValue: 8)
    package static let draft = MessageFlags(rawValue: 16)

    /// Every flag there is.
    package static let all: MessageFlags = [.seen, .answered, .flagged, .deleted, .draft]
}

/// A keyword's name as somebody wrote it; names differing in ASCII case are the same keyword (RFC 9051 2.3.2).
package struct Keyword: Sendable, Hashable, CustomStringConvertible {
    package let name: String

    /// Longest name, in bytes.
    package static let maximumLength = 100

    /// Nil when the name is empty, too long, or not an atom of RFC 9051 9 (`flag-keyword`).
    package init?(_ name: String) {
        guard !name.isEmpty, name.utf8.count <= Self.maximumLength, name.utf8.allSatisfy(Self.isAtomCharacter) else {
            return nil
        }
        self.name = name
    }

    package var description: String { name }

    package static func == (left: Self, right: Self) -> Bool { left.folded == right.folded }
    package func hash(into hasher: inout Hasher) { hasher.combine(folded) }

    private var folded: String { name.lowercased() }

    private static func isAtomCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "*"),
            UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "]"):
            false
        default:
            byte > 0x20 && byte < 0x7F
        }
    }
}

/// The keywords a mailbox has names for: each has a bit in the rows' mask.
package struct KeywordDictionary: Sendable, Hashable {
    /// The most keywords that a mailbox can have.
    package static let capacity = 64

    /// The name at each bit, nil where the bit is free.
    package private(set) var names: [Keyword?] = []

    package init() {}

    package init(_ entries: some Sequence<(bit: Int, keyword: Keyword)>) {
        for entry in entries where (0..<Self.capacity).contains(entry.bit) {
            set(entry.keyword, at: entry.bit)
        }
    }

    /// The keyword's bit mask; nil when the mailbox does not know it.
    package func mask(of keyword: Keyword) -> UInt64? {
        names.firstIndex(of: keyword).map { 1 << UInt64($0) }
    }

    /// The keywords whose bits are set, in the order of their bits.
    package func keywords(in mask: UInt64) -> [Keyword] {
        guard mask != 0 else { return [] }
        return names.enumerated().compactMap { bit, keyword in mask & (1 << UInt64(bit)) != 0 ? keyword : nil }
    }

    /// All the keywords that the mailbox knows.
    package var all: [Keyword] { names.compactMap { $0 } }

    /// The bits that have a name.
    var mask: UInt64 {
        names.enumerated().reduce(0) { $1.element == nil ? $0 : $0 | 1 << UInt64($1.offset) }
    }

    /// Whether another keyword finds a bit.
    package var hasRoom: Bool { all.count < Self.capacity }

    /// Those of the keywords that have a bit or find one, in their order.
    func fitting(_ keywords: [Keyword]) -> [Keyword] {
        var free = Self.capacity - all.count
        var new: Set<Keyword> = []
        return keywords.filter { keyword in
            if mask(of: keyword) != nil || new.contains(keyword) { return true }
            guard free > 0 else { return false }
            free -= 1
            new.insert(keyword)
            return true
        }
    }

    /// Gives the keyword a bit; nil when there is none left.
    mutating func add(_ keyword: Keyword) -> Int? {
        let bit = names.firstIndex(of: nil) ?? names.count
        guard bit < Self.capacity else { return nil }
        set(keyword, at: bit)
        return bit
    }

    private mutating func set(_ keyword: Keyword, at bit: Int) {
        while names.count <= bit { names.append(nil) }
        names[bit] = keyword
    }
}

import LightMailCore

/// The name of a message's file in a Maildir: what names the message for ever, and its flags behind `:2,`.
struct MaildirName {
    let unique: ArraySlice<UInt8>
    let flags: MessageFlags
    /// The indexes of keywords, as Dovecot writes them: `a` is 0.
    let keywordIndexes: [Int]
    /// `P`: it was resent, forwarded or bounced.
    let isPassed: Bool

    init(_ name: [UInt8]) {
        guard let colon = name.firstIndex(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ";") }) else {
            unique = name[...]
            flags = []
            keywordIndexes = []
            isPassed = false
            return
        }
        unique = name[..<colon]
        let info = name[(colon + 1)...]
        let letters = info.starts(with: Array("2,".utf8)) ? info.dropFirst(2) : []
        flags = letters.reduce(into: []) { flags, letter in
            if let flag = Self.letters.first(where: { $0.letter == letter })?.flag { flags.insert(flag) }
        }
        keywordIndexes = letters.compactMap { letter in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter) ? Int(letter - UInt8(ascii: "a")) : nil
        }
        isPassed = letters.contains(UInt8(ascii: "P"))
    }

    /// In the order that the letters must have.
    private static let letters: [(letter: UInt8, flag: MessageFlags)] = [
        (UInt8(ascii: "D"), .draft), (UInt8(ascii: "F"), .flagged), (UInt8(ascii: "R"), .answered),
        (UInt8(ascii: "S"), .seen), (UInt8(ascii: "T"), .deleted),
    ]

    /// What stands behind the unique part.
    static func info(_ flags: MessageFlags, keywords: [Int], isPassed: Bool) -> [UInt8] {
        var letters = Self.letters.filter { flags.contains($0.flag) }.map(\.letter)
        if isPassed { letters.append(UInt8(ascii: "P")) }
        letters += keywords.filter { $0 < 26 }.map { UInt8(ascii: "a") + UInt8($0) }
        return Array(":2,".utf8) + letters.sorted()
    }
}

extension Keyword {
    /// RFC 5788: what `P` says.
    static let forwarded = Keyword("$Forwarded")
}

/// The file `dovecot-keywords` of a Maildir: a number and a name a line.
enum DovecotKeywords {
    static let file = Array("dovecot-keywords".utf8)

    static func parse(_ bytes: [UInt8]) -> [Int: Keyword] {
        var keywords: [Int: Keyword] = [:]
        for line in bytes.split(separator: 10) {
            let fields = line.split(separator: 32, maxSplits: 1)
            guard fields.count == 2, let index = Int(String(decoding: fields[0], as: UTF8.self)),
                (0..<26).contains(index),
                let keyword = Keyword(String(decoding: fields[1], as: UTF8.self))
            else { continue }
            keywords[index] = keyword
        }
        return keywords
    }

    static func encode(_ keywords: [Int: Keyword]) -> [UInt8] {
        Array(keywords.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.name)\n" }.joined().utf8)
    }
}

import LightMailCore

/// The header of a message in an mbox: fields that keep its flags there are read, and are no part of the message.
struct MboxHeader {
    private(set) var flags: MessageFlags = []
    private(set) var keywords: [Keyword] = []
    private(set) var isOver = false
    private var isInOwnField = false

    /// Takes a line of the header, or the beginning of a long one.
    ///
    /// - Returns: whether it is part of the message.
    mutating func take(_ line: LineFragments.Fragment) -> Bool {
        guard !isOver else { return true }
        guard line.startsLine else { return !isInOwnField }
        if line.isBlank {
            isOver = true
            return true
        }
        if let first = line.bytes.first, first == 32 || first == 9 {
            if isInOwnField { keep(line.bytes) }
            return !isInOwnField
        }
        field = line.bytes.prefix { $0 != UInt8(ascii: ":") }.map { $0 | 0x20 }
        isInOwnField = Self.own.contains(field)
        if isInOwnField { keep(line.bytes.dropFirst(field.count + 1)) }
        return !isInOwnField
    }

    private var field: [UInt8] = []
    private static let status = Array("status".utf8)
    private static let xStatus = Array("x-status".utf8)
    private static let xKeywords = Array("x-keywords".utf8)
    /// In lower case; by OR with 0x20 `-` stays what it is.
    private static let own: Set<[UInt8]> = Set(
        ["status", "x-status", "x-keywords", "x-uid", "x-imap", "x-imapbase", "content-length"].map { Array($0.utf8) })

    private mutating func keep(_ value: some Collection<UInt8>) {
        switch field {
        case Self.status:
            if value.contains(UInt8(ascii: "R")) { flags.insert(.seen) }
        case Self.xStatus:
            for byte in value {
                switch byte {
                case UInt8(ascii: "A"): flags.insert(.answered)
                case UInt8(ascii: "F"): flags.insert(.flagged)
                case UInt8(ascii: "D"): flags.insert(.deleted)
                case UInt8(ascii: "T"): flags.insert(.draft)
                default: break
                }
            }
        case Self.xKeywords:
            for word in value.split(whereSeparator: { [9, 10, 13, 32, UInt8(ascii: ",")].contains($0) })
            where keywords.count < KeywordDictionary.capacity {
                if let keyword = Keyword(String(decoding: word, as: UTF8.self)), !keywords.contains(keyword) {
                    keywords.append(keyword)
                }
            }
        default: break
        }
    }

    /// The fields that say flags and keywords, for a file that is written.
    static func fields(_ flags: MessageFlags, _ keywords: [Keyword], uid: UID) -> [UInt8] {
        var text = "Status: \(flags.contains(.seen) ? "RO" : "O")\n"
        let letters: [(MessageFlags, String)] = [(.answered, "A"), (.flagged, "F"), (.draft, "T"), (.deleted, "D")]
        let marks = letters.filter { flags.contains($0.0) }.map(\.1).joined()
        if !marks.isEmpty { text += "X-Status: \(marks)\n" }
        if !keywords.isEmpty { text += "X-Keywords: \(keywords.map(\.name).joined(separator: " "))\n" }
        return Array("\(text)X-UID: \(uid)\n".utf8)
    }
}

/// The quoting of mboxrd: a line of text that begins with `From `, behind any number of `>`, has one `>` more in the file.
enum MboxQuoting {
    /// Whether a line of text gets a `>` in the file.
    static func isQuoted(_ line: some Collection<UInt8>) -> Bool {
        line.drop { $0 == UInt8(ascii: ">") }.starts(with: FromLine.start)
    }

    /// A line as it was in the message.
    static func unquoted(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.first == UInt8(ascii: ">") && isQuoted(line) ? line.dropFirst() : line
    }
}

// Reads the address lists of header fields, and makes something of those that are none.

/// Reads address lists (RFC 5322 3.4, with the obsolete forms of 4.4 and the malformed ones of RFC 7103 7.1).
///
///     address-list = (address *("," address)) / obs-addr-list
///     address      = mailbox / group
///     mailbox      = name-addr / addr-spec
///     group        = display-name ":" [group-list] ";" [CFWS]
///
/// Every value gives a list, in which each group start is followed by its group end and groups do not nest.
struct AddressList {
    private var lexer: HeaderLexer
    private let limit: Int
    private var addresses: [EnvelopeAddress] = []
    private var isInGroup = false

    /// Reads a field value; at most `limit` addresses and markers are kept.
    static func parse(_ value: [UInt8], limit: Int) -> [EnvelopeAddress] {
        var list = AddressList(lexer: HeaderLexer(value), limit: limit)
        list.readAll()
        return list.addresses
    }

    private init(lexer: HeaderLexer, limit: Int) {
        self.lexer = lexer
        self.limit = limit
    }

    private mutating func readAll() {
        // A group start leaves room for its end.
        while addresses.count < limit - 1 {
            guard let byte = lexer.current else { break }
            switch byte {
            case ASCII.comma, ASCII.space, ASCII.tab: lexer.advance()
            case ASCII.semicolon:
                lexer.advance()
                endGroup()
            default: readAddress()
            }
        }
        endGroup()
    }

    private mutating func endGroup() {
        if isInGroup { addresses.append(.groupEnd) }
        isInGroup = false
    }

    private mutating func readAddress() {
        var phrase = Phrase()
        while let byte = lexer.current {
            switch byte {
            case ASCII.comma, ASCII.semicolon:
                appendBare(phrase)
                return
            case ASCII.colon where phrase.at == nil:
                lexer.advance()
                endGroup()
                if addresses.count < limit - 1 {
                    addresses.append(.groupStart(phrase.text))
                    isInGroup = true
                }
                return
            case ASCII.less:
                let address = readAngleAddress()
                let comment = lexer.skip { $0 == ASCII.comma || $0 == ASCII.semicolon }
                let name = phrase.text.isEmpty ? phrase.comment ?? comment : phrase.text
                addresses.append(
                    EnvelopeAddress(
                        name: name.flatMap { $0.isEmpty ? nil : $0 }, route: address.route, mailbox: address.mailbox,
                        host: address.host))
                return
            default: readWord(into: &phrase)
            }
        }
        appendBare(phrase)
    }

    /// Takes the next word, white space or comment into what may be a phrase or an addr-spec.
    private mutating func readWord(into phrase: inout Phrase) {
        guard let byte = lexer.current else { return }
        switch byte {
        case ASCII.leftParenthesis:
            phrase.comment = lexer.readComment()
            phrase.addSpace()
        case ASCII.quote: phrase.add(lexer.readQuotedString()[...])
        case ASCII.leftBracket where phrase.at != nil: phrase.add(lexer.readDomainLiteral())
        case ASCII.at:
            lexer.advance()
            phrase.addAt()
        case _ where byte.isWhitespace:
            lexer.advance()
            phrase.addSpace()
        default:
            // At least one byte, so that a stray special (">", ")", "\") does not stop the reading.
            lexer.advance()
            let start = lexer.index - 1
            _ = lexer.read { !Self.isSpecial($0) }
            phrase.add(lexer.bytes[start..<lexer.index])
        }
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case ASCII.leftParenthesis, ASCII.rightParenthesis, ASCII.less, ASCII.greater, ASCII.leftBracket,
            ASCII.rightBracket, ASCII.colon, ASCII.semicolon, ASCII.at, ASCII.backslash, ASCII.comma, ASCII.quote,
            ASCII.space, ASCII.tab:
            true
        default: false
        }
    }

    /// An address without angle brackets. A comment then stands in for the name (RFC 5322 3.4).
    private mutating func appendBare(_ phrase: Phrase) {
        guard !phrase.text.isEmpty || phrase.at != nil else { return }
        let (name, mailbox, host) = phrase.addrSpec
        let shown = name.isEmpty ? phrase.comment ?? [] : name
        addresses.append(EnvelopeAddress(name: shown.isEmpty ? nil : shown, mailbox: mailbox, host: host))
    }

    /// Reads from "<" to behind ">", or to where the next address begins when ">" is missing.
    ///
    ///     angle-addr = [CFWS] "<" addr-spec ">" [CFWS] / obs-angle-addr
    ///     obs-route  = obs-domain-list ":"
    private mutating func readAngleAddress() -> (route: [UInt8]?, mailbox: [UInt8], host: [UInt8]) {
        while lexer.skip(ASCII.less) { lexer.skipCFWS() }
        let route = readRoute()
        var phrase = Phrase()
        while let byte = lexer.current {
            if byte == ASCII.greater {
                while lexer.skip(ASCII.greater) {}
                break
            }
            if byte == ASCII.comma || byte == ASCII.semicolon { break }
            if byte == ASCII.less {
                lexer.advance()
            } else {
                readWord(into: &phrase)
            }
        }
        // All of it is the address: white space in it means nothing.
        guard let at = phrase.at else { return (route, phrase.compact, []) }
        return (route, Array(phrase.compact[..<at.compact]), Array(phrase.compact[at.compact...]))
    }

    /// Reads a source route if one is here, without its colon.
    ///
    ///     obs-domain-list = *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain])
    private mutating func readRoute() -> [UInt8]? {
        guard lexer.current == ASCII.at || lexer.current == ASCII.comma else { return nil }
        var ahead = lexer
        let domains = ahead.read { $0 != ASCII.colon && $0 != ASCII.greater && $0 != ASCII.less }
        guard ahead.skip(ASCII.colon) else { return nil }
        lexer = ahead
        let route = domains.filter { !$0.isWhitespace }
        return route.isEmpty ? nil : Array(route)
    }
}

/// Words on their way to be a display name, a local part or a domain; only what follows tells which.
private struct Phrase {
    /// The words, a single space where white space stood between them.
    private(set) var text: [UInt8] = []
    /// The words with nothing between them.
    private(set) var compact: [UInt8] = []
    /// Where in both the first "@" stood.
    private(set) var at: (text: Int, compact: Int)?
    /// The last comment met.
    var comment: [UInt8]?
    private var hasSpace = false
    /// Where in both the last run of words begins that no white space divides, dots not counted.
    private var run = (text: 0, compact: 0)
    /// Where the domain ends: at the first white space behind it.
    private var domainEnd: Int?

    mutating func add(_ word: ArraySlice<UInt8>) {
        let joins = word.first == ASCII.dot || text.last == ASCII.dot || text.isEmpty
        if hasSpace, !text.isEmpty { text.append(ASCII.space) }
        if hasSpace, !joins {
            if at == nil {
                run = (text.count, compact.count)
            } else if domainEnd == nil, let at, compact.count > at.compact {
                domainEnd = compact.count
            }
        }
        hasSpace = false
        text += word
        compact += word
    }

    mutating func addSpace() { hasSpace = true }

    mutating func addAt() {
        hasSpace = false
        if at == nil {
            at = (text.count, compact.count)
            text.append(ASCII.at)
        } else {
            text.append(ASCII.at)
            compact.append(ASCII.at)
        }
    }

    /// What the words are when no angle bracket came: before "@" the last run is the local part, and what stands before
    /// that a name ("John Doe john@example.com"). Without "@" all of it is a local part that lacks its domain.
    var addrSpec: (name: [UInt8], mailbox: [UInt8], host: [UInt8]) {
        guard let at else { return ([], text, []) }
        let name = text[..<run.text].trimmingWhitespace()
        let host = compact[at.compact..<(domainEnd ?? compact.count)]
        return (Array(name), Array(compact[run.compact..<at.compact]), Array(host))
    }
}

extension HeaderLexer {
    /// Reads a domain literal from its "[" on, brackets included.
    ///
    ///     domain-literal = [CFWS] "[" *([FWS] dtext) [FWS] "]" [CFWS]
    fileprivate mutating func readDomainLiteral() -> ArraySlice<UInt8> {
        let start = index
        _ = read { $0 != ASCII.rightBracket && $0 != ASCII.comma && $0 != ASCII.greater }
        _ = skip(ASCII.rightBracket)
        return bytes[start..<index]
    }
}

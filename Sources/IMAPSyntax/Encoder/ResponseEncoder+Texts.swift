// Text for people, and the codes before it.

extension ResponseEncoder {
    ///     resp-text = ["[" resp-text-code "]" SP] [text]
    mutating func append(text: ResponseText) {
        if let code = text.code {
            append(UInt8(ascii: "["))
            append(code: code)
            append("] ")
        }
        append(humanText: text.text, mayBeginWithBracket: text.code != nil)
    }

    /// One line of text. Controls become spaces, and what is not ASCII becomes "?" unless the client takes UTF-8. A "["
    /// at the beginning would read as a code, so it becomes "(". RFC 3501 knows no empty text, so that becomes "-".
    ///
    ///     text = 1*(TEXT-CHAR / UTF8-2 / UTF8-3 / UTF8-4)
    private mutating func append(humanText text: String, mayBeginWithBracket: Bool) {
        var isFirst = true
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x5B where isFirst && !mayBeginWithBracket:
                append(UInt8(ascii: "("))
            case 0x20...0x7E:
                append(UInt8(truncatingIfNeeded: scalar.value))
            case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029:
                appendSpace()
            default:
                if usesUTF8 {
                    appendVerbatim(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                } else {
                    append(UInt8(ascii: "?"))
                }
            }
            isFirst = false
        }
        if isFirst { append(UInt8(ascii: "-")) }
    }

    ///     resp-cond-state = ("OK" / "NO" / "BAD") SP resp-text
    mutating func append(completion: Completion) {
        switch completion {
        case .ok(let text):
            append("OK ")
            append(text: text)
        case .no(let text):
            append("NO ")
            append(text: text)
        case .bad(let text):
            append("BAD ")
            append(text: text)
        }
    }

    ///     resp-text-code = "ALERT" / "BADCHARSET" [SP "(" charset *(SP charset) ")" ] / capability-data / ...
    mutating func append(code: ResponseCode) {
        append(ResponseEncoder.name(of: code))
        switch code {
        case .badCharset(let charsets) where !charsets.isEmpty:
            appendSpace()
            appendList(charsets) { $0.append(word: $1) }
        case .badEvent(let events):
            appendSpace()
            appendList(events) { $0.append(word: $1) }
        case .capability(let capabilities):
            append(capabilities: capabilities)
        case .appendUID(let uidValidity, let uids):
            append(argument: uidValidity)
            appendSpace()
            append(set: uids)
        case .badURL(let url):
            appendSpace()
            append(url: url)
        case .copyUID(let uidValidity, let source, let destination):
            append(argument: uidValidity)
            appendSpace()
            append(set: source)
            appendSpace()
            append(set: destination)
        case .mailboxID(let id):
            append(" (")
            append(word: id.string)
            append(")")
        case .modified(let set):
            appendSpace()
            append(set: set)
        case .inProgress(let tag, let done, let goal):
            append(" (")
            append(nstring: tag.map { Array($0.utf8)[...] })
            appendSpace()
            append(number: done)
            appendSpace()
            append(number: goal)
            append(")")
        case .noUpdate(let tag):
            appendSpace()
            append(string: Array(tag.utf8))
        case .permanentFlags(let flags, let allowsNewKeywords):
            append(" (")
            appendSeparated(flags) { $0.append(flag: $1) }
            if allowsNewKeywords { append(flags.isEmpty ? "\\*" : " \\*") }
            append(")")
        case .highestModSeq(let modSequence):
            appendSpace()
            append(number: modSequence)
        case .uidNext(let number), .uidValidity(let number), .unseen(let number), .metadataLongEntries(let number),
            .metadataMaxSize(let number):
            append(argument: number)
        default:
            break
        }
    }

    /// The longest URL that is repeated to the client.
    private static let longestURL = 1024

    /// A URL; what cannot stand in a code is percent-encoded, which is how a URL would have it.
    ///
    ///     url-resp-text = 1*<any TEXT-CHAR except "]">
    private mutating func append(url: [UInt8]) {
        if url.isEmpty { append("%00") }
        for byte in url.prefix(ResponseEncoder.longestURL) {
            if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "]") {
                append(byte)
            } else {
                append(UInt8(ascii: "%"))
                append(hexadecimal: byte >> 4)
                append(hexadecimal: byte & 0x0F)
            }
        }
    }

    private mutating func append(hexadecimal nibble: UInt8) {
        append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10)
    }

    private mutating func append(argument number: UInt32) {
        appendSpace()
        append(number: number)
    }

    private static func name(of code: ResponseCode) -> StaticString {
        switch code {
        case .alert: "ALERT"
        case .alreadyExists: "ALREADYEXISTS"
        case .appendUID: "APPENDUID"
        case .authenticationFailed: "AUTHENTICATIONFAILED"
        case .authorizationFailed: "AUTHORIZATIONFAILED"
        case .badCharset: "BADCHARSET"
        case .badEvent: "BADEVENT"
        case .badURL: "BADURL"
        case .cannot: "CANNOT"
        case .capability: "CAPABILITY"
        case .clientBug: "CLIENTBUG"
        case .closed: "CLOSED"
        case .compressionActive: "COMPRESSIONACTIVE"
        case .contactAdmin: "CONTACTADMIN"
        case .copyUID: "COPYUID"
        case .corruption: "CORRUPTION"
        case .expired: "EXPIRED"
        case .expungeIssued: "EXPUNGEISSUED"
        case .hasChildren: "HASCHILDREN"
        case .highestModSeq: "HIGHESTMODSEQ"
        case .inProgress: "INPROGRESS"
        case .inUse: "INUSE"
        case .limit: "LIMIT"
        case .mailboxID: "MAILBOXID"
        case .metadataLongEntries: "METADATA LONGENTRIES"
        case .metadataMaxSize: "METADATA MAXSIZE"
        case .metadataTooMany: "METADATA TOOMANY"
        case .metadataNoPrivate: "METADATA NOPRIVATE"
        case .modified: "MODIFIED"
        case .noModSeq: "NOMODSEQ"
        case .noPerm: "NOPERM"
        case .noUpdate: "NOUPDATE"
        case .nonExistent: "NONEXISTENT"
        case .notificationOverflow: "NOTIFICATIONOVERFLOW"
        case .notSaved: "NOTSAVED"
        case .overQuota: "OVERQUOTA"
        case .parse: "PARSE"
        case .permanentFlags: "PERMANENTFLAGS"
        case .privacyRequired: "PRIVACYREQUIRED"
        case .readOnly: "READ-ONLY"
        case .readWrite: "READ-WRITE"
        case .serverBug: "SERVERBUG"
        case .tooBig: "TOOBIG"
        case .tryCreate: "TRYCREATE"
        case .uidNext: "UIDNEXT"
        case .uidNotSticky: "UIDNOTSTICKY"
        case .uidRequired: "UIDREQUIRED"
        case .uidValidity: "UIDVALIDITY"
        case .unavailable: "UNAVAILABLE"
        case .unknownCTE: "UNKNOWN-CTE"
        case .unseen: "UNSEEN"
        case .useAttr: "USEATTR"
        }
    }

    ///     capability-data = "CAPABILITY" *(SP capability)
    mutating func append(capabilities: [String]) {
        for capability in capabilities {
            appendSpace()
            append(word: capability)
        }
    }
}

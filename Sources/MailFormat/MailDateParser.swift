// Reads the dates of Date fields, current, obsolete and wrong.

/// Reads dates word by word.
///
///     date-time = [ day-of-week "," ] date time [CFWS]              RFC 5322 3.3
///     date      = day month year
///     time      = hour ":" minute [ ":" second ] FWS zone
enum MailDateParser {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// A date field is some 40 bytes; words beyond this many are not looked at.
    private static let maximumWords = 16

    private struct Fields {
        var day: Int?
        var month: Int?
        var year: Int?
        var secondOfDay: Int?
        var zone: Int?
    }

    static func parse(_ value: [UInt8]) -> MailDate? {
        var fields = Fields()
        for word in words(value) {
            // A zone comes last: what follows it is noise.
            if fields.zone != nil { break }
            guard take(word, into: &fields) else { return nil }
        }
        guard let day = fields.day, let month = fields.month, let year = fields.year,
            let date = CalendarDay(year: year, month: month, day: day)
        else { return nil }
        return MailDate(day: date, secondOfDay: fields.secondOfDay ?? 0, zoneMinutes: fields.zone ?? 0)
    }

    /// The words between white space, commas and comments. "2-Jan-2006", as IMAP writes dates, is three.
    private static func words(_ value: [UInt8]) -> [ArraySlice<UInt8>] {
        var lexer = HeaderLexer(value)
        var words: [ArraySlice<UInt8>] = []
        while words.count < maximumWords {
            lexer.skipCFWS()
            if lexer.skip(ASCII.comma) { continue }
            let word = lexer.read { !$0.isWhitespace && $0 != ASCII.comma && $0 != ASCII.leftParenthesis }
            guard !word.isEmpty else { break }
            let pieces = word.split(separator: ASCII.hyphen)
            if word.first != ASCII.hyphen, pieces.count == 3 { words += pieces } else { words.append(word) }
        }
        return words
    }

    /// Takes a word for what it can be where it stands; tells whether it can be anything.
    private static func take(_ word: ArraySlice<UInt8>, into fields: inout Fields) -> Bool {
        guard let first = word.first else { return true }
        if first.isLetter {
            let name = String(lowercasing: word.prefix(3))
            if fields.month == nil, word.count >= 3, let index = months.firstIndex(of: name) {
                fields.month = index + 1
            } else if fields.secondOfDay != nil, fields.year != nil {
                fields.zone = zone(named: word)
            }
            // Any other word is the day of the week, which is not believed.
            return true
        }
        if first == ASCII.plus || first == ASCII.hyphen {
            guard fields.secondOfDay != nil else { return false }
            fields.zone = zone(offset: word)
            return true
        }
        if word.contains(ASCII.colon) {
            guard fields.secondOfDay == nil, let time = time(word) else { return false }
            fields.secondOfDay = time
            return true
        }
        guard let number = number(word) else { return false }
        if fields.day == nil {
            fields.day = number
        } else if fields.year == nil {
            fields.year = year(number, digits: word.count)
        } else {
            return false
        }
        return true
    }

    /// The number that up to five digits write.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...5).contains(digits.count), digits.allSatisfy(\.isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - ASCII.zero) }
    }

    /// RFC 5322 4.3: two digits up to 49 are of this century, those above and three digits count from 1900.
    private static func year(_ number: Int, digits: Int) -> Int {
        switch digits {
        case 1, 2: number < 50 ? number + 2000 : number + 1900
        case 3: number + 1900
        default: number
        }
    }

    /// The second of the day; a leap second is the second after it.
    private static func time(_ word: ArraySlice<UInt8>) -> Int? {
        let parts = word.split(separator: ASCII.colon, omittingEmptySubsequences: false)
        // Some programs write fractions of a second.
        guard (2...3).contains(parts.count), let hour = number(parts[0]), let minute = number(parts[1]),
            let second = parts.count == 3 ? number(parts[2].prefix { $0 != ASCII.dot }) : 0,
            hour < 24, minute < 60, second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// `("+" / "-") 4DIGIT`, in minutes; 0 when it is malformed. RFC 5322 3.3 bounds the minutes to 59.
    private static func zone(offset word: ArraySlice<UInt8>) -> Int {
        let digits = word.dropFirst().filter { $0 != ASCII.colon }
        guard digits.count == 4, let number = number(digits[...]), number % 100 < 60 else { return 0 }
        let minutes = number / 100 * 60 + number % 100
        return word.first == ASCII.hyphen ? -minutes : minutes
    }

    /// obs-zone (RFC 5322 4.3), in minutes. The military letters were defined the wrong way round, so they and all other
    /// names stand for an unknown zone.
    private static func zone(named word: ArraySlice<UInt8>) -> Int {
        switch String(lowercasing: word.prefix(4)) {
        case "edt": -4 * 60
        case "est", "cdt": -5 * 60
        case "cst", "mdt": -6 * 60
        case "mst", "pdt": -7 * 60
        case "pst": -8 * 60
        default: 0
        }
    }
}

// Dates and times.

extension Cursor {
    ///     date      = date-text / DQUOTE date-text DQUOTE
    ///     date-text = date-day "-" date-month "-" date-year
    mutating func date() throws(SyntaxError) -> CalendarDate {
        let start = position
        let isQuoted = take(UInt8(ascii: "\""))
        let day = try digits(1...2)
        let date = try restOfDate(day: day, from: start)
        if isQuoted { try expect(UInt8(ascii: "\""), "the end of the quoted date") }
        return date
    }

    ///     date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE
    ///     date-day-fixed = (SP DIGIT) / 2DIGIT
    mutating func dateTime() throws(SyntaxError) -> DateTime {
        let start = position
        try expect(UInt8(ascii: "\""), "a date and time")
        let day = take(UInt8(ascii: " ")) ? try digits(1...1) : try digits(2...2)
        let date = try restOfDate(day: day, from: start)
        try space()
        let hour = try digits(2...2)
        try expect(UInt8(ascii: ":"), ":")
        let minute = try digits(2...2)
        try expect(UInt8(ascii: ":"), ":")
        let second = try digits(2...2)
        try space()
        let isWest = take(UInt8(ascii: "-"))
        if !isWest { try expect(UInt8(ascii: "+"), "a time zone") }
        let zone = try digits(4...4)
        try expect(UInt8(ascii: "\""), "the end of the date and time")
        let zoneMinutes = zone / 100 * 60 + zone % 100
        guard zone % 100 < 60,
            let dateTime = DateTime(
                date: date, hour: hour, minute: minute, second: second, zoneMinutes: isWest ? -zoneMinutes : zoneMinutes
            )
        else { throw SyntaxError(.invalid("date and time"), offset: start) }
        return dateTime
    }

    private mutating func restOfDate(day: Int, from start: Int) throws(SyntaxError) -> CalendarDate {
        try expect(UInt8(ascii: "-"), "-")
        let name = run { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(ByteClass.upper($0)) }
        let month = CalendarDate.monthNames.firstIndex { monthName in
            name.elementsEqual(monthName.utf8) { ByteClass.upper($0) == ByteClass.upper($1) }
        }
        guard let month else { throw SyntaxError(.invalid("month"), offset: name.startIndex) }
        try expect(UInt8(ascii: "-"), "-")
        let year = try digits(4...4)
        guard let date = CalendarDate(year: year, month: month + 1, day: day) else {
            throw SyntaxError(.invalid("date"), offset: start)
        }
        return date
    }

    private mutating func digits(_ counts: ClosedRange<Int>) throws(SyntaxError) -> Int {
        let start = position
        var value = 0
        while position - start < counts.upperBound, let digit = next, ByteClass.isDigit(digit) {
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
            advance()
        }
        guard position - start >= counts.lowerBound else { throw error(.expected("a digit")) }
        return value
    }
}

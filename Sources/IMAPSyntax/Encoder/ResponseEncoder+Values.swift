// Flags, sets and dates.

extension ResponseEncoder {
    ///     flag-fetch = flag / obsolete-flag-recent
    package mutating func append(flag: Flag) {
        switch flag {
        case .answered: append("\\Answered")
        case .flagged: append("\\Flagged")
        case .deleted: append("\\Deleted")
        case .seen: append("\\Seen")
        case .draft: append("\\Draft")
        case .recent: append("\\Recent")
        case .keyword(let keyword): appendVerbatim(keyword.name.utf8)
        }
    }

    ///     sequence-set = (seq-number / seq-range) ["," sequence-set]
    ///
    /// An empty set writes nothing; the callers leave out what would hold it.
    package mutating func append(set: SequenceSet) {
        var needsComma = false
        for range in set.ranges {
            if needsComma { append(UInt8(ascii: ",")) }
            needsComma = true
            append(number: range.lowerBound)
            if range.lowerBound < range.upperBound {
                append(UInt8(ascii: ":"))
                append(number: range.upperBound)
            }
        }
        if let lowerBound = set.openLowerBound {
            if needsComma { append(UInt8(ascii: ",")) }
            needsComma = true
            if lowerBound < .max {
                append(number: lowerBound)
                append(UInt8(ascii: ":"))
            }
            append(UInt8(ascii: "*"))
        }
        if set.includesSavedResult {
            append(needsComma ? ",$" : "$")
        }
    }

    ///     date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE
    package mutating func append(dateTime: DateTime) {
        let date = dateTime.date
        append(UInt8(ascii: "\""))
        if date.day < 10 {
            appendSpace()
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: date.day))
        } else {
            append(twoDigits: date.day)
        }
        append(UInt8(ascii: "-"))
        appendVerbatim(CalendarDate.monthNames[date.month - 1].utf8)
        append(UInt8(ascii: "-"))
        append(twoDigits: date.year / 100)
        append(twoDigits: date.year % 100)
        appendSpace()
        append(twoDigits: dateTime.hour)
        append(UInt8(ascii: ":"))
        append(twoDigits: dateTime.minute)
        append(UInt8(ascii: ":"))
        append(twoDigits: dateTime.second)
        append(dateTime.zoneMinutes < 0 ? " -" : " +")
        append(twoDigits: abs(dateTime.zoneMinutes) / 60)
        append(twoDigits: abs(dateTime.zoneMinutes) % 60)
        append(UInt8(ascii: "\""))
    }
}

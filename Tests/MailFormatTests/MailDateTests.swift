// Dates of Date fields.

import MailFormat
import Testing

@Suite("Dates")
struct MailDateTests {
    @Test(
        "reads dates",
        arguments: [
            ("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706, -360, "1997-11-21"),
            ("Thu, 1 Jan 1970 00:00:00 +0000", 0, 0, "1970-1-1"),
            ("1 Jan 1970 01:00 +0100", 0, 60, "1970-1-1"),
            ("Tue, 29 Feb 2000 23:59:60 +0000", 951_868_800, 0, "2000-2-29"),
            ("31 Dec 1969 23:59:59 GMT", -1, 0, "1969-12-31"),
            ("21 Nov 97 09:55:06 GMT", 880_106_106, 0, "1997-11-21"),
            ("21 Nov 06 00:00:00 EST", 1_164_085_200, -300, "2006-11-21"),
            ("Fri, 21 Nov 106 00:00:00 PDT", 1_164_092_400, -420, "2006-11-21"),
            ("Thu (x), (y) 13\t Feb (z(\\))) 1969 23:32 -0330 (Newfoundland Time)", -27_723_480, -210, "1969-2-13"),
            ("Fri, 21 Nov 1997 09(comment):55:06 -0600", nil, 0, ""),
            ("fri,21 november 1997 09:55:06 -0600", 880_127_706, -360, "1997-11-21"),
            ("Fri Nov 21 09:55:06 1997", 880_106_106, 0, "1997-11-21"),
            ("Fri Nov 21 09:55:06 PST 1997", 880_106_106, 0, "1997-11-21"),
            ("21-Nov-1997 09:55:06 -0600", 880_127_706, -360, "1997-11-21"),
            ("21 Nov 1997 09:55:06.123 A", 880_106_106, 0, "1997-11-21"),
            ("21 Nov 1997 09:55:06", 880_106_106, 0, "1997-11-21"),
            ("21 Nov 1997", 880_070_400, 0, "1997-11-21"),
            ("21 Nov 1997 09:55:06 +06:00", 880_084_506, 360, "1997-11-21"),
            ("21 Nov 1997 09:55:06 +9999", 880_106_106, 0, "1997-11-21"),
            ("29 Feb 1999 00:00:00 +0000", nil, 0, ""), ("32 Jan 2000", nil, 0, ""), ("1 Jan 2000 24:00", nil, 0, ""),
            ("", nil, 0, ""), ("yesterday", nil, 0, ""), ("1 2 3", nil, 0, ""), ("1 Jan", nil, 0, ""),
            ("99999999999999999999 Jan 2000", nil, 0, ""), ("1 Jan 99999", nil, 0, ""), ("1 Jan -1", nil, 0, ""),
        ] as [(String, Int64?, Int, String)])
    func dates(_ value: String, _ seconds: Int64?, _ zone: Int, _ day: String) {
        let date = MailDate(bytes(value))
        #expect(date?.seconds == seconds)
        if let date {
            #expect(date.zoneMinutes == zone)
            #expect("\(date.day.year)-\(date.day.month)-\(date.day.day)" == day)
        }
    }

    @Test("orders days and counts them")
    func days() throws {
        let leap = try #require(CalendarDay(year: 2024, month: 2, day: 29))
        let next = try #require(CalendarDay(year: 2024, month: 3, day: 1))
        #expect(leap < next)
        #expect(next.daysSinceEpoch - leap.daysSinceEpoch == 1)
        #expect(CalendarDay(year: 1, month: 1, day: 1)?.daysSinceEpoch == -719_162)
        #expect(CalendarDay(year: 1900, month: 2, day: 29) == nil)
        #expect(CalendarDay(year: 0, month: 1, day: 1) == nil)
    }
}

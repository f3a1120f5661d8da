import IMAPSyntax
import Testing

@Suite("Dates")
struct DateTests {
    @Test(
        "days are counted from 1970",
        arguments: [
            (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2024, 3, 1, 19_783), (0, 1, 1, -719_528),
            (9999, 12, 31, 2_932_896), (1900, 3, 1, -25_508),
        ])
    func days(_ year: Int, _ month: Int, _ day: Int, _ count: Int) throws {
        let date = try date(year, month, day)
        #expect(date.daysSince1970 == count)
        #expect(CalendarDate(daysSince1970: count) == date)
    }

    @Test("every day follows the one before")
    func everyDay() throws {
        var before = try #require(CalendarDate(daysSince1970: -719_528))
        for days in -719_527...2_932_896 {
            guard let day = CalendarDate(daysSince1970: days) else {
                return #expect(Bool(false), "no day \(days)")
            }
            let isNext =
                (day.year == before.year && day.month == before.month && day.day == before.day + 1)
                || (day.day == 1 && (day.month == before.month + 1 || (day.month == 1 && day.year == before.year + 1)))
            guard isNext, day.daysSince1970 == days else { return #expect(Bool(false), "wrong day \(days)") }
            before = day
        }
        #expect(CalendarDate(daysSince1970: -719_529) == nil && CalendarDate(daysSince1970: 2_932_897) == nil)
    }

    @Test("days that are none")
    func noDays() {
        for (year, month, day) in [
            (2023, 2, 29), (1900, 2, 29), (2020, 13, 1), (2020, 0, 1), (2020, 4, 31), (2020, 1, 0), (-1, 1, 1),
            (10_000, 1, 1),
        ] {
            #expect(CalendarDate(year: year, month: month, day: day) == nil)
        }
    }

    @Test(
        "moments there and back",
        arguments: [
            (Int64(0), 0, "\" 1-Jan-1970 00:00:00 +0000\""), (Int64(-1), 0, "\"31-Dec-1969 23:59:59 +0000\""),
            (Int64(760_686_745), -480, "\" 7-Feb-1994 21:52:25 -0800\""),
            (Int64(760_686_745), 330, "\" 8-Feb-1994 11:22:25 +0530\""),
            (Int64(1_709_164_800), -1, "\"28-Feb-2024 23:59:00 -0001\""),
        ])
    func moments(_ seconds: Int64, _ zone: Int, _ written: String) throws {
        let moment = try #require(DateTime(secondsSince1970: seconds, zoneMinutes: zone))
        #expect(moment.secondsSince1970 == seconds)
        var encoder = ResponseEncoder()
        encoder.append(dateTime: moment)
        #expect(text(encoder.bytes) == written)
        guard case .append(let command) = try parse("APPEND a \(written) {1}") else { return #expect(Bool(false)) }
        #expect(command.start.items == [.message(AppendMessage(internalDate: moment))])
    }

    @Test("moments that are none")
    func noMoments() {
        for seconds in [Int64.min, .max, -62_167_219_201, 253_402_300_800] {
            #expect(DateTime(secondsSince1970: seconds) == nil)
        }
        #expect(DateTime(secondsSince1970: .max, zoneMinutes: 1) == nil)
        #expect(DateTime(secondsSince1970: 0, zoneMinutes: 6000) == nil)
    }
}

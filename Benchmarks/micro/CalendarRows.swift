import CalendarFormat
import DAVSyntax
import XMLSyntax

/// What a client of calendars asks for.
enum CalendarRows {
    static let all = [
        Row(name: "calendar-object") {
            let octets = Inputs.event
            return { keep(try CalendarObject(octets: octets, resolve: { _ in nil })) }
        },
        Row(name: "calendar-year") {
            let object = try CalendarObject(octets: Inputs.event, resolve: { _ in nil })
            // 2026, in seconds since 1970.
            return { keep(object.occurrences(in: 1_767_225_600..<1_798_761_600)) }
        },
        Row(name: "dav-report") {
            let octets = Inputs.report
            return { keep(try ReportRequest(try XMLReader.read(octets))) }
        },
    ]
}

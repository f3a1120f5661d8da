// Calendar data: parsed, checked, written again and expanded. What is written reads as the same.

import CalendarFormat

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(CalendarError) {
        let calendar = try CalendarParser.parse(input)
        guard try CalendarParser.parse(calendar.encoded) == calendar else {
            preconditionFailure("written and read again it is another")
        }
        let object = try CalendarObject(calendar) { name in name == "Known" ? .utc : nil }
        let extent = object.extent
        let found = object.occurrences(in: 1_700_000_000..<1_800_000_000, limit: 200)
        for occurrence in found.all {
            precondition(extent.start.map { $0 <= occurrence.startUTC } ?? true, "it happens before its extent")
            precondition(extent.end.map { $0 >= occurrence.endUTC } ?? true, "it happens after its extent")
        }
    } catch {
        precondition(error.line > 0, "an error names a line")
    }
    return 0
}

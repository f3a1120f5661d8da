// The XML of requests: read, written again, and taken as each kind of body.

import DAVSyntax
import XMLSyntax

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    let text = String(decoding: input, as: UTF8.self)
    _ = EntityTagCondition(text)
    if let segments = ResourcePath.segments(text) {
        precondition(ResourcePath.segments(ResourcePath.encoded(segments, isCollection: false)) == segments)
    }
    _ = ResourcePath.path(ofHref: text, authority: "a")
    do throws(XMLError) {
        let root = try XMLReader.read(input)
        if let fragment = XMLWriter.fragment(root) {
            let again = try XMLReader.read(fragment)
            precondition(again == root, "written and read again it is another")
        }
        _ = try? PropertyRequest(propfind: root)
        _ = try? PropertyUpdate(proppatch: root)
        _ = try? CollectionRequest(root, expecting: root.name)
        _ = try? ReportRequest(root)
        if let data = try? CalendarDataRequest(root) { _ = data.isWhole }
    } catch {
        precondition((0...count).contains(error.offset), "an error names an octet")
    }
    return 0
}

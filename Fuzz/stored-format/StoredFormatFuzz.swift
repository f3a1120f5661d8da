// MailFormat: envelopes and structures as they are stored. Hostile bytes are refused; what is not refused is the same again.

import MailFormat

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    if let structure = try? BodyPart(encoded: input) {
        precondition((try? BodyPart(encoded: structure.encoded())) == structure)
        _ = structure.range(of: Section(path: [1, 1], kind: .header))
    }
    if let envelope = try? Envelope(encoded: input) {
        precondition((try? Envelope(encoded: envelope.encoded())) == envelope)
    }
    return 0
}

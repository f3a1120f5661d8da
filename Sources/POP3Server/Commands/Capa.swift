import POP3Syntax

extension Session {
    /// RFC 2449 5
    mutating func capa() -> Reply? {
        write(.ok("Capabilities follow"))
        for capability in capabilities { Listing.append(capability, to: &out) }
        out += Listing.end
        return nil
    }
}

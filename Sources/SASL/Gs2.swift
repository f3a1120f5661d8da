// The names of GS2 (RFC 5801 section 4), which SCRAM and OAUTHBEARER share.

enum Gs2 {
    /// Takes the quoting off a name.
    ///
    ///     saslname = 1*(UTF8-char-safe / "=2C" / "=3D")
    static func name(_ quoted: ArraySlice<UInt8>, what: String) throws(ExchangeError) -> String {
        var bytes: [UInt8] = []
        var rest = quoted
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                bytes.append(byte)
                continue
            }
            switch String(decoding: rest.prefix(2), as: UTF8.self) {
            case "2C": bytes.append(UInt8(ascii: ","))
            case "3D": bytes.append(UInt8(ascii: "="))
            default: throw .badResponse("\(what) is badly quoted")
            }
            rest = rest.dropFirst(2)
        }
        return try identity(bytes, what: what)
    }
}

// The transfer encodings of RFC 2045 section 6.

/// How the body of a part is encoded for its transfer.
package enum TransferEncoding: Sendable, Equatable {
    /// 7bit, 8bit and binary: the bytes are themselves.
    case identity
    /// Base64 (RFC 2045 6.8).
    case base64
    /// Quoted-printable (RFC 2045 6.7).
    case quotedPrintable

    /// The encoding of that name, in any case; nil for one that this server cannot decode, which IMAP answers with
    /// `NO [UNKNOWN-CTE]` (RFC 3516 4.3).
    package init?(_ name: String) {
        switch name.lowercased() {
        case "7bit", "8bit", "binary": self = .identity
        case "base64": self = .base64
        case "quoted-printable": self = .quotedPrintable
        default: return nil
        }
    }
}

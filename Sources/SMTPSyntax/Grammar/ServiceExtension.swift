// The service extensions this server can offer, by the keyword that announces each.

/// An extension as EHLO and LHLO list it. What is not offered is not accepted either: the parser refuses commands
/// and parameters of an extension that the session has not announced.
package enum ServiceExtension: String, CaseIterable, Hashable, Sendable {
    /// RFC 2920.
    case pipelining = "PIPELINING"
    /// RFC 1870.
    case size = "SIZE"
    /// RFC 6152.
    case eightBitMIME = "8BITMIME"
    /// RFC 6531.
    case smtpUTF8 = "SMTPUTF8"
    /// RFC 3030, BDAT without BINARYMIME.
    case chunking = "CHUNKING"
    /// RFC 2034.
    case enhancedStatusCodes = "ENHANCEDSTATUSCODES"
    /// RFC 3461.
    case dsn = "DSN"
    /// RFC 3207.
    case startTLS = "STARTTLS"
    /// RFC 4954.
    case auth = "AUTH"
    /// Postfix's XCLIENT_README; no RFC.
    case xclient = "XCLIENT"
}

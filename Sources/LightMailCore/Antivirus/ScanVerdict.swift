/// What is known of a message after the scan.
package enum ScanVerdict: Sendable, Hashable {
    case clean
    /// The signature's name.
    case infected(String)
    /// It is larger than the scanner takes: nothing is known.
    case tooLarge
    /// The scanner was away, or failed: nothing is known. The text is for the log.
    case unavailable(String)

    /// What clamd's reply to INSTREAM says.
    ///
    ///     stream: OK
    ///     stream: Eicar-Test-Signature FOUND
    ///     INSTREAM size limit exceeded. ERROR
    init(reply: String) {
        if reply.hasSuffix(": OK") {
            self = .clean
        } else if reply.hasSuffix(" FOUND") {
            let name = reply.dropLast(" FOUND".count)
            self = .infected(String(name.hasPrefix("stream: ") ? name.dropFirst("stream: ".count) : name))
        } else if reply.contains("size limit exceeded") {
            self = .tooLarge
        } else {
            self = .unavailable(reply.isEmpty ? "clamd closed the connection" : "clamd says: \(reply.prefix(200))")
        }
    }
}

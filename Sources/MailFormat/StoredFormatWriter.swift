// Writes the compact form in which envelopes and body structures are stored.

/// Writes numbers, strings and tokens to a byte array.
///
///     number  = LEB128: seven bits a byte, least first, the high bit set on all but the last
///     string  = number(0) for nil / number(length + 1) *OCTET
///     token   = number(index * 2 + 1) of ``StoredFormatTokens`` / number(length * 2) *OCTET
struct StoredFormatWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(byte: UInt8) { bytes.append(byte) }

    mutating func write(number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func write(count: Int) { write(number: UInt64(count)) }

    mutating func write(string: [UInt8]?) {
        guard let string else { return write(byte: 0) }
        write(count: string.count + 1)
        bytes += string
    }

    mutating func write(token: String) {
        if let index = StoredFormatTokens.indices[token] {
            write(count: index * 2 + 1)
        } else {
            write(count: token.utf8.count * 2)
            bytes += token.utf8
        }
    }

    /// Writes a list: its count, then each element.
    mutating func write<Element>(list: [Element], _ write: (inout Self, Element) -> Void) {
        self.write(count: list.count)
        for element in list { write(&self, element) }
    }
}

/// The words that most body structures are made of, which are stored as a number.
///
/// Their order is part of the stored format: a new one goes to the end.
enum StoredFormatTokens {
    static let words = [
        "text", "plain", "charset", "us-ascii", "7bit", "html", "multipart", "mixed", "alternative", "boundary",
        "quoted-printable", "base64", "8bit", "binary", "related", "application", "octet-stream", "name", "filename",
        "attachment", "inline", "image", "jpeg", "png", "gif", "pdf", "message", "rfc822", "global", "format", "delsp",
        "signed", "report", "delivery-status", "protocol", "micalg", "report-type", "type", "calendar", "method",
        "digest", "filename*", "name*", "size", "creation-date", "modification-date", "start", "csv", "zip",
        "pkcs7-signature", "pgp-signature", "encrypted", "rfc822-headers", "disposition-notification",
    ]

    static let indices = Dictionary(words.enumerated().map { ($1, $0) }) { first, _ in first }
}

// Recognises the announcement of a literal at the end of a line.

enum LiteralAnnouncement {
    /// Digits looked at. The largest size that fits has 19; more than 20 digits make no literal, and the parser objects.
    static let maximumDigits = 20

    /// The bytes at the end of a line that are enough to recognise an announcement: "~{", digits, "+}", CRLF.
    static let maximumLength = maximumDigits + 6

    /// The literal that `line` announces at its very end; nil when it announces none. A size that does not fit in
    /// 64 bits becomes the largest that does, which every limit refuses.
    ///
    ///     literal  = "{" number64 ["+"] "}" CRLF
    ///     literal8 = "~{" number64 ["+"] "}" CRLF
    static func find(in line: some BidirectionalCollection<UInt8>) -> LiteralHeader? {
        var rest = line.reversed()[...]
        guard rest.popFirst() == UInt8(ascii: "\n") else { return nil }
        if rest.first == UInt8(ascii: "\r") { rest.removeFirst() }
        guard rest.popFirst() == UInt8(ascii: "}") else { return nil }
        let isSynchronizing = rest.first != UInt8(ascii: "+")
        if !isSynchronizing { rest.removeFirst() }
        let digits = rest.prefix(maximumDigits + 1).prefix(while: ByteClass.isDigit)
        guard (1...maximumDigits).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        guard rest.popFirst() == UInt8(ascii: "{") else { return nil }
        var size: UInt64 = 0
        for digit in digits.reversed() {
            let (product, overflow) = size.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else {
                size = .max
                break
            }
            size = sum
        }
        return LiteralHeader(
            size: size, isSynchronizing: isSynchronizing, isBinary: rest.first == UInt8(ascii: "~"))
    }
}

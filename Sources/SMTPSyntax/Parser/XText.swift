// RFC 3461 section 4: how a parameter value carries bytes that a parameter may not hold.

/// Undoes xtext.
///
///     xtext   = *( xchar / hexchar )
///     xchar   = any ASCII CHAR between "!" (33) and "~" (126) inclusive, except for "+" and "="
///     hexchar = "+" 2(%d48-57 / %d65-70)
///
/// - Returns: the text, or nil when it is not xtext or does not stand for UTF-8 without control characters.
func decodeXText(_ bytes: ArraySlice<UInt8>) -> String? {
    var decoded: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
        let byte = bytes[index]
        index += 1
        guard byte == UInt8(ascii: "+") else {
            guard (33...126).contains(byte), byte != UInt8(ascii: "=") else { return nil }
            decoded.append(byte)
            continue
        }
        guard index + 1 < bytes.endIndex, let high = upperHexValue(bytes[index]),
            let low = upperHexValue(bytes[index + 1])
        else { return nil }
        decoded.append(high << 4 | low)
        index += 2
    }
    guard decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
    return String(validating: decoded, as: UTF8.self)
}

/// Only upper case counts in xtext.
private func upperHexValue(_ byte: UInt8) -> UInt8? {
    (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte) ? nil : CharacterClass.hexValue(byte)
}

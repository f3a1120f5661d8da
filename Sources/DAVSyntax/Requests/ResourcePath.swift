// Paths to their segments and back.

package enum ResourcePath {
    /// The segments of a path, decoded (RFC 3986 2.1, 3.3). A slash at the end makes no difference.
    ///
    /// - Returns: nil where an escape is none, or a segment is not UTF-8, holds a control or a slash, or is `.` or `..`.
    package static func segments(_ path: some StringProtocol) -> [String]? {
        var segments: [String] = []
        for part in path.split(separator: "/") {
            guard let segment = decoded(part), isName(segment) else { return nil }
            segments.append(segment)
        }
        return segments
    }

    /// Whether a text may be one segment of a path.
    package static func isName(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".."
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "/" }
    }

    /// The path of an href, which may be a whole URI (RFC 4918 8.3): nil for one that is neither.
    ///
    /// - Parameter authority: the host that the request was sent to, which the URI must name; nil to take any.
    package static func path(ofHref href: String, authority: String?) -> String? {
        let whole = href.prefix { $0 != "?" && $0 != "#" }
        if whole.hasPrefix("/"), !whole.hasPrefix("//") { return String(whole) }
        guard let scheme = whole.firstRange(of: "://"),
            ["http", "https"].contains(whole[..<scheme.lowerBound].lowercased())
        else { return nil }
        let rest = whole[scheme.upperBound...]
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        let port = whole[..<scheme.lowerBound].lowercased() == "https" ? ":443" : ":80"
        if let authority, without(port, rest[..<slash]) != without(port, authority[...]) { return nil }
        return String(rest[slash...])
    }

    /// An authority without the port that its scheme has anyway (RFC 9110 4.2.3).
    private static func without(_ port: String, _ authority: Substring) -> String {
        let name = authority.lowercased()
        return name.hasSuffix(port) ? String(name.dropLast(port.count)) : name
    }

    /// A path of segments, with everything escaped that may not stand there.
    ///
    /// - Parameter isCollection: it ends with a slash.
    package static func encoded(_ segments: [String], isCollection: Bool) -> String {
        var path = "/" + segments.map(encoded).joined(separator: "/")
        if isCollection, !segments.isEmpty { path += "/" }
        return path
    }

    private static func encoded(_ segment: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var octets: [UInt8] = []
        for octet in segment.utf8 {
            if plain.contains(octet) {
                octets.append(octet)
            } else {
                octets += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }

    /// RFC 3986 2.3: unreserved. `@` may stand there too and is written by most clients as it is; so it is here.
    private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~@".utf8)

    private static func decoded(_ text: some StringProtocol) -> String? {
        let octets = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < octets.count {
            guard octets[index] == UInt8(ascii: "%") else {
                result.append(octets[index])
                index += 1
                continue
            }
            guard index + 2 < octets.count, let high = digit(octets[index + 1]), let low = digit(octets[index + 2])
            else {
                return nil
            }
            result.append(high << 4 | low)
            index += 3
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): octet - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

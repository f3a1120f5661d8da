// Where the S3 server is: scheme, host and port; a path, a query or credentials in it are refused.

/// The base URL of an S3 server.
package struct S3Endpoint: Sendable, Equatable, CustomStringConvertible {
    package let useTLS: Bool
    /// Host and, unless it is the scheme's own, port: what the `Host` header says.
    package let authority: String

    /// Reads `http://host:port`, `https://host`, or `host:port` with the scheme given by `useTLS`. Nil when the text is
    /// not of that form.
    package init?(_ text: String, useTLS: Bool = true) {
        var rest = Substring(text)
        var tls = useTLS
        if let scheme = rest.range(ofFirst: "://") {
            switch rest[..<scheme.lowerBound].lowercased() {
            case "http": tls = false
            case "https": tls = true
            default: return nil
            }
            rest = rest[scheme.upperBound...]
        }
        if rest.last == "/" { rest.removeLast() }
        guard !rest.isEmpty, rest.utf8.count <= 300, rest.utf8.allSatisfy(Self.isAuthorityByte) else { return nil }
        var host = rest
        var port: Substring?
        if host.first == "[" {
            guard let close = host.firstIndex(of: "]") else { return nil }
            let after = host[host.index(after: close)...]
            guard after.isEmpty || after.first == ":" else { return nil }
            port = after.isEmpty ? nil : after.dropFirst()
            host = host[...close]
        } else if let colon = host.firstIndex(of: ":") {
            port = host[host.index(after: colon)...]
            host = host[..<colon]
        }
        guard !host.isEmpty else { return nil }
        if let port {
            guard let number = UInt16(port), number > 0 else { return nil }
            let isDefault = number == (tls ? 443 : 80)
            authority = isDefault ? String(host) : "\(host):\(number)"
        } else {
            authority = String(host)
        }
        self.useTLS = tls
    }

    package var description: String { "\(useTLS ? "https" : "http")://\(authority)" }

    private static func isAuthorityByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }
}

extension Substring {
    fileprivate func range(ofFirst needle: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(needle) { return index..<self.index(index, offsetBy: needle.count) }
            index = self.index(after: index)
        }
        return nil
    }
}

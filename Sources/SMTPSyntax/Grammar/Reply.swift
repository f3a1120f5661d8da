// A reply: a code, an enhanced status code, and text in lines.

/// RFC 5321 section 4.2. The text may come from anywhere, a client's own words among them: what reaches the wire is
/// made safe by ``encode(into:)``, not by whoever builds the reply.
package struct Reply: Hashable, Sendable {
    /// 200...599.
    package let code: UInt16
    /// Nil on the greeting, on the reply to EHLO and LHLO, and on 3xx replies (RFC 2034 section 3).
    package let status: EnhancedStatusCode?
    /// The text; an empty list counts as one empty line.
    package let lines: [String]

    package init(_ code: UInt16, _ status: EnhancedStatusCode? = nil, lines: [String]) {
        self.code = code
        self.status = status
        self.lines = lines
    }

    package init(_ code: UInt16, _ text: String) {
        self.init(code, nil, lines: [text])
    }

    package init(_ code: UInt16, _ status: EnhancedStatusCode?, _ text: String) {
        self.init(code, status, lines: [text])
    }

    /// True for 4xx and 5xx.
    package var isError: Bool { code >= 400 }
}

// Status line and header lines of HTTP/1.1 (RFC 9112 4, 5), as libcurl hands them over one by one.

/// Gathers the head of the final answer; interim answers (1xx) and trailers are passed over.
struct HeadParser {
    private var status: Int?
    private var headers: [(name: String, value: String)] = []
    private var isDone = false

    /// Takes one line with its line break, and returns the head when the line ends it.
    mutating func feed(_ line: UnsafeRawBufferPointer) -> TransferHead? {
        guard !isDone else { return nil }
        let text = String(decoding: line, as: UTF8.self)[...].trimmed
        if text.hasPrefix("HTTP/") {
            let words = text.split(separator: " ", maxSplits: 2)
            status = words.count > 1 ? Int(words[1]) : nil
            headers = []
        } else if text.isEmpty {
            guard let status, status >= 200 else { return nil }
            isDone = true
            return TransferHead(status: status, headers: headers)
        } else if let colon = text.firstIndex(of: ":") {
            headers.append((text[..<colon].lowercased(), String(text[text.index(after: colon)...].trimmed)))
        }
        return nil
    }
}

extension Substring {
    /// Without white space and line breaks at either end.
    fileprivate var trimmed: Substring {
        var result = self
        while let last = result.last, last.isWhitespace { result.removeLast() }
        while let first = result.first, first.isWhitespace { result.removeFirst() }
        return result
    }
}

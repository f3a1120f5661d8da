// Entity tags and the conditions of a request on them.

/// The value of If-Match or If-None-Match (RFC 9110 13.1.1, 13.1.2).
package enum EntityTagCondition: Hashable, Sendable {
    /// `*`
    case any
    /// With their quotes, and without the mark of a weak one.
    case tags([String])

    ///     If-Match = "*" / #entity-tag
    ///
    /// - Returns: nil for what is neither.
    package init?(_ value: String) {
        let text = value.trimmedOfSpace
        if text == "*" {
            self = .any
            return
        }
        var tags: [String] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "," }
            if rest.isEmpty { break }
            if rest.hasPrefix("W/") { rest = rest.dropFirst(2) }
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return nil }
            tags.append(String(rest[...end]))
            rest = rest[rest.index(after: end)...]
            let next = rest.first { $0 != " " && $0 != "\t" }
            guard next == nil || next == "," else { return nil }
        }
        guard !tags.isEmpty else { return nil }
        self = .tags(tags)
    }

    /// Whether what is there is what it names.
    ///
    /// - Parameter tag: nil where there is nothing.
    package func covers(_ tag: String?) -> Bool {
        switch self {
        case .any: tag != nil
        case .tags(let tags): tag.map(tags.contains) ?? false
        }
    }
}

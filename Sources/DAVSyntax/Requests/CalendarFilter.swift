// What calendar-query looks for (RFC 4791 9.7): conditions on components, properties and parameters, all of which must hold.

import XMLSyntax

/// A condition on components of a name.
package struct ComponentFilter: Hashable, Sendable {
    package let name: String
    /// There must be none; nothing else is asked then.
    package let isAbsent: Bool
    package let timeRange: TimeRange?
    package let properties: [PropertyFilter]
    package let components: [ComponentFilter]
}

/// A condition on properties of a name.
package struct PropertyFilter: Hashable, Sendable {
    package let name: String
    package let isAbsent: Bool
    package let timeRange: TimeRange?
    package let text: TextMatch?
    package let parameters: [ParameterFilter]
}

/// A condition on a parameter.
package struct ParameterFilter: Hashable, Sendable {
    package let name: String
    package let isAbsent: Bool
    package let text: TextMatch?
}

/// A text that is to be found within another (RFC 4791 9.7.5).
package struct TextMatch: Hashable, Sendable {
    package enum Collation: String, Hashable, Sendable, CaseIterable {
        /// RFC 4790 9.2
        case asciiCasemap = "i;ascii-casemap"
        /// RFC 4790 9.3
        case octet = "i;octet"
    }

    package let text: String
    package let collation: Collation
    package let isNegated: Bool

    /// Octets of the text: the time to look for it grows with them.
    static let longest = 1_000

    package func matches(_ value: String) -> Bool {
        let found =
            switch collation {
            case .octet: Self.contains(Array(value.utf8), Array(text.utf8))
            case .asciiCasemap: Self.contains(value.utf8.map(Self.folded), text.utf8.map(Self.folded))
            }
        return found != isNegated
    }

    private static func folded(_ octet: UInt8) -> UInt8 {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet) ? octet - 32 : octet
    }

    private static func contains(_ value: [UInt8], _ text: [UInt8]) -> Bool {
        guard let first = text.first else { return true }
        guard value.count >= text.count else { return false }
        return (0...value.count - text.count).contains { start in
            value[start] == first && value[start..<start + text.count].elementsEqual(text)
        }
    }
}

// MARK: Reading

extension ComponentFilter {
    /// Conditions of one filter; a request with more is refused.
    static let most = 200
    /// Each has the recurrences of an object made.
    static let mostTimeRanges = 10

    ///     <!ELEMENT filter (comp-filter)>
    ///
    /// - Throws: `BodyError`
    package init(filter: XMLElement) throws(BodyError) {
        guard filter.elements.count == 1, let element = filter.first(.calDAV("comp-filter")) else {
            throw .precondition(.calDAV("valid-filter"), "a filter has one comp-filter")
        }
        guard element.conditions <= Self.most else {
            throw .precondition(.calDAV("supported-filter"), "a filter has at most \(Self.most) conditions")
        }
        guard element.count(of: .calDAV("time-range")) <= Self.mostTimeRanges else {
            throw .precondition(.calDAV("supported-filter"), "a filter has at most \(Self.mostTimeRanges) time ranges")
        }
        try self.init(element)
        guard name == "VCALENDAR", !isAbsent, timeRange == nil else {
            throw .precondition(.calDAV("valid-filter"), "the outermost comp-filter is one of VCALENDAR")
        }
    }

    ///     <!ELEMENT comp-filter (is-not-defined | (time-range?, prop-filter*, comp-filter*))>
    private init(_ element: XMLElement) throws(BodyError) {
        name = try element.filterName()
        isAbsent = element.first(.calDAV("is-not-defined")) != nil
        timeRange = try element.timeRange()
        properties = try element.all(.calDAV("prop-filter")).map { item throws(BodyError) in try PropertyFilter(item) }
        components = try element.all(.calDAV("comp-filter")).map { item throws(BodyError) in try ComponentFilter(item) }
        try element.requireAlone(isAbsent, of: ["time-range", "prop-filter", "comp-filter", "is-not-defined"])
    }
}

extension PropertyFilter {
    ///     <!ELEMENT prop-filter (is-not-defined | ((time-range | text-match)?, param-filter*))>
    fileprivate init(_ element: XMLElement) throws(BodyError) {
        name = try element.filterName()
        isAbsent = element.first(.calDAV("is-not-defined")) != nil
        timeRange = try element.timeRange()
        text = try element.textMatch()
        parameters = try element.all(.calDAV("param-filter")).map { item throws(BodyError) in
            try ParameterFilter(item)
        }
        try element.requireAlone(isAbsent, of: ["time-range", "text-match", "param-filter", "is-not-defined"])
        guard timeRange == nil || text == nil else {
            throw .precondition(.calDAV("valid-filter"), "a prop-filter has a time-range or a text-match")
        }
    }
}

extension ParameterFilter {
    ///     <!ELEMENT param-filter (is-not-defined | text-match?)>
    fileprivate init(_ element: XMLElement) throws(BodyError) {
        name = try element.filterName()
        isAbsent = element.first(.calDAV("is-not-defined")) != nil
        text = try element.textMatch()
        try element.requireAlone(isAbsent, of: ["text-match", "is-not-defined"])
    }
}

extension XMLElement {
    /// How many conditions there are in it, itself counted.
    fileprivate var conditions: Int { elements.reduce(1) { $0 + $1.conditions } }

    /// How many elements of a name there are in it.
    fileprivate func count(of name: XMLName) -> Int {
        elements.reduce(0) { $0 + ($1.name == name ? 1 : 0) + $1.count(of: name) }
    }

    fileprivate func filterName() throws(BodyError) -> String {
        guard let name = self["name"], !name.isEmpty else {
            throw .precondition(.calDAV("valid-filter"), "\(self.name.local) has a name")
        }
        return name.uppercased()
    }

    fileprivate func timeRange() throws(BodyError) -> TimeRange? {
        guard let element = first(.calDAV("time-range")) else { return nil }
        return try TimeRange(element)
    }

    ///     <!ELEMENT text-match (#PCDATA)>
    fileprivate func textMatch() throws(BodyError) -> TextMatch? {
        guard let element = first(.calDAV("text-match")) else { return nil }
        let name = element["collation"] ?? "default"
        guard let collation = name == "default" ? .asciiCasemap : TextMatch.Collation(rawValue: name) else {
            throw .precondition(.calDAV("supported-collation"), "there is no such collation here")
        }
        guard element.text.utf8.count <= TextMatch.longest else {
            throw .precondition(.calDAV("supported-filter"), "a text-match has at most \(TextMatch.longest) octets")
        }
        return TextMatch(text: element.text, collation: collation, isNegated: element["negate-condition"] == "yes")
    }

    fileprivate func requireAlone(_ isAbsent: Bool, of names: [String]) throws(BodyError) {
        guard elements.allSatisfy({ $0.name.namespace == XMLNamespace.calDAV && names.contains($0.name.local) }) else {
            throw .precondition(.calDAV("supported-filter"), "\(name.local) holds a condition that is not known")
        }
        guard !isAbsent || elements.count == 1 else {
            throw .precondition(.calDAV("valid-filter"), "is-not-defined stands alone")
        }
    }
}

// A component: properties and components within it, in the order in which they were written.

/// A calendar component (RFC 5545 3.6), or the VCALENDAR around them.
package struct CalendarComponent: Hashable, Sendable {
    /// In capitals.
    package let name: String
    package var properties: [ContentLine]
    package var components: [CalendarComponent]
    /// Where its BEGIN stood, counted from 1; 0 for one that was made here.
    package let line: Int

    package init(
        _ name: String, properties: [ContentLine] = [], components: [CalendarComponent] = [], line: Int = 0
    ) {
        self.name = name.uppercased()
        self.properties = properties
        self.components = components
        self.line = line
    }

    /// The first property of that name, in capitals.
    package func property(_ name: String) -> ContentLine? { properties.first { $0.name == name } }

    package func all(_ name: String) -> [ContentLine] { properties.filter { $0.name == name } }

    /// A property as text.
    package func text(_ name: String) -> String? { property(name).map { CalendarText.unescaped($0.value) } }

    /// As octets, folded, with CRLF.
    package var encoded: [UInt8] {
        var octets: [UInt8] = []
        encode(to: &octets)
        return octets
    }

    private func encode(to octets: inout [UInt8]) {
        ContentLineWriter.append(ContentLine("BEGIN", value: name), to: &octets)
        for property in properties { ContentLineWriter.append(property, to: &octets) }
        for component in components { component.encode(to: &octets) }
        ContentLineWriter.append(ContentLine("END", value: name), to: &octets)
    }

    package static func == (left: CalendarComponent, right: CalendarComponent) -> Bool {
        left.name == right.name && left.properties == right.properties && left.components == right.components
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(properties)
        hasher.combine(components)
    }
}

// One content line: its name, parameters and value, as they were written but for folding and quotes.

/// A parameter of a property (RFC 5545 3.2). Names are compared without case.
package struct CalendarParameter: Hashable, Sendable {
    /// In capitals.
    package let name: String
    /// Without quotes, and with the escapes of RFC 6868 undone.
    package let values: [String]

    package init(_ name: String, _ values: [String]) {
        self.name = name.uppercased()
        self.values = values
    }
}

/// A content line (RFC 5545 3.1).
///
///     contentline = name *(";" param ) ":" value CRLF
///     param       = param-name "=" param-value *("," param-value)
package struct ContentLine: Hashable, Sendable {
    /// In capitals.
    package let name: String
    package let parameters: [CalendarParameter]
    /// As it was written: TEXT is still escaped.
    package let value: String
    /// Where it stood, counted from 1; 0 for a line that was made here.
    package let line: Int

    package init(_ name: String, _ parameters: [CalendarParameter] = [], value: String, line: Int = 0) {
        self.name = name.uppercased()
        self.parameters = parameters
        self.value = value
        self.line = line
    }

    /// The first value of a parameter.
    package subscript(parameter: String) -> String? {
        parameters.first { $0.name == parameter }?.values.first
    }

    package static func == (left: ContentLine, right: ContentLine) -> Bool {
        left.name == right.name && left.parameters == right.parameters && left.value == right.value
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(parameters)
        hasher.combine(value)
    }
}

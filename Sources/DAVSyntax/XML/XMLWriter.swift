// Elements to octets. Prefixes of the namespaces that answers are made of are declared once, at the root.

import XMLSyntax

package struct XMLWriter {
    package private(set) var octets: [UInt8] = []

    private static let prefixes = [
        XMLNamespace.dav: "D", XMLNamespace.calDAV: "C", XMLNamespace.calendarServer: "CS", XMLNamespace.apple: "I",
    ]

    package init() {}

    /// A whole document.
    package static func document(_ root: XMLElement) -> [UInt8] {
        var writer = XMLWriter()
        writer.open(root.name)
        for child in root.children { writer.add(child) }
        writer.close(root.name)
        return writer.octets
    }

    /// An element by itself, which reads the same wherever it is put; nil for one that could not be read again, with
    /// more than a bound once the namespaces stand at each element.
    package static func fragment(_ element: XMLElement) -> [UInt8]? {
        var writer = XMLWriter()
        writer.add(element, declaring: true)
        guard (try? XMLReader.read(writer.octets)) != nil else { return nil }
        return writer.octets
    }

    /// Begins a document; `close(_:)` ends it.
    package mutating func open(_ root: XMLName) {
        append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<\(Self.written(root))")
        for (namespace, prefix) in Self.prefixes.sorted(by: { $0.value < $1.value }) {
            append(" xmlns:\(prefix)=\"\(namespace)\"")
        }
        append(Self.declaration(of: root))
        append(">")
    }

    package mutating func close(_ root: XMLName) {
        append("</\(Self.written(root))>\n")
    }

    /// Adds an element within the document.
    package mutating func add(_ element: XMLElement) {
        add(element, declaring: false)
    }

    /// What was written since the last time.
    package mutating func take() -> [UInt8] {
        defer { octets = [] }
        return octets
    }

    private mutating func add(_ node: XMLNode, declaring: Bool = false) {
        switch node {
        case .text(let text): append(Self.escaped(text))
        case .element(let element): add(element, declaring: declaring)
        }
    }

    private mutating func add(_ element: XMLElement, declaring: Bool) {
        let name = Self.written(element.name)
        append("<\(name)")
        if declaring, let prefix = Self.prefixes[element.name.namespace] {
            append(" xmlns:\(prefix)=\"\(element.name.namespace)\"")
        }
        append(Self.declaration(of: element.name))
        for (index, attribute) in element.attributes.enumerated() {
            switch attribute.name.namespace {
            case "": append(" \(attribute.name.local)")
            case XMLNamespace.xml: append(" xml:\(attribute.name.local)")
            default:
                append(
                    " xmlns:A\(index)=\"\(Self.quoted(attribute.name.namespace))\" A\(index):\(attribute.name.local)")
            }
            append("=\"\(Self.quoted(attribute.value))\"")
        }
        guard !element.children.isEmpty else {
            append("/>")
            return
        }
        append(">")
        for child in element.children { add(child, declaring: declaring) }
        append("</\(name)>")
    }

    private static func written(_ name: XMLName) -> String {
        if let prefix = prefixes[name.namespace] { return "\(prefix):\(name.local)" }
        if name.namespace == XMLNamespace.xml { return "xml:\(name.local)" }
        return name.namespace.isEmpty ? name.local : "X:\(name.local)"
    }

    /// Any other namespace is declared wherever it stands.
    private static func declaration(of name: XMLName) -> String {
        // The prefix xml stands for its namespace by itself, and no other may.
        guard prefixes[name.namespace] == nil, !name.namespace.isEmpty, name.namespace != XMLNamespace.xml else {
            return ""
        }
        return " xmlns:X=\"\(quoted(name.namespace))\""
    }

    private mutating func append(_ text: String) { octets += Array(text.utf8) }

    /// A return is written as a reference, or whoever reads it would make it a line feed (XML 1.0 2.11).
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars where scalar.isAllowedInXML {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\r": result += "&#13;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func quoted(_ text: String) -> String {
        var result = ""
        for scalar in escaped(text).unicodeScalars {
            switch scalar {
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case "\t": result += "&#9;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

// An element with what is in it: a tree no deeper than the reader's bound.

package struct XMLAttribute: Hashable, Sendable {
    package let name: XMLName
    package let value: String

    package init(_ name: XMLName, _ value: String) {
        self.name = name
        self.value = value
    }
}

package enum XMLNode: Hashable, Sendable {
    case element(XMLElement)
    case text(String)
}

package struct XMLElement: Hashable, Sendable {
    package let name: XMLName
    package var attributes: [XMLAttribute]
    package var children: [XMLNode]

    package init(_ name: XMLName, _ attributes: [XMLAttribute] = [], children: [XMLNode] = []) {
        self.name = name
        self.attributes = attributes
        self.children = children
    }

    /// An element with elements in it.
    package init(_ name: XMLName, _ elements: [XMLElement]) {
        self.init(name, children: elements.map { .element($0) })
    }

    /// An element with text in it.
    package init(_ name: XMLName, text: String) {
        self.init(name, children: text.isEmpty ? [] : [.text(text)])
    }

    package var elements: [XMLElement] {
        children.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// The text directly in it.
    package var text: String {
        children.reduce(into: "") { if case .text(let text) = $1 { $0 += text } }
    }

    package func first(_ name: XMLName) -> XMLElement? { elements.first { $0.name == name } }

    package func all(_ name: XMLName) -> [XMLElement] { elements.filter { $0.name == name } }

    /// The value of an attribute without a namespace.
    package subscript(attribute: String) -> String? {
        attributes.first { $0.name == XMLName("", attribute) }?.value
    }
}

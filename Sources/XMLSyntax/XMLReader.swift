// A document to its root element; refuses document types, so that there are no entities but XML's own five.

/// Reads what others send as XML (RFC 4918 8.2): XML 1.0 with namespaces, in UTF-8, within bounds. What a program may pass over,
/// comments and processing instructions, is passed over.
package struct XMLReader {
    private struct Open {
        let written: XMLScanner.QualifiedName
        var element: XMLElement
        /// How many bindings there were outside of it.
        let bindings: Int
    }

    private var scanner: XMLScanner
    private let limits: XMLLimits
    private var open: [Open] = []
    /// Prefixes and what they stand for, the innermost last; the empty prefix is the default.
    private var bindings: [(prefix: String, namespace: String)] = [("xml", XMLNamespace.xml)]
    private var elements = 0

    private init(_ octets: [UInt8], limits: XMLLimits) throws(XMLError) {
        scanner = try XMLScanner(octets, limits: limits)
        self.limits = limits
    }

    /// Reads a document.
    ///
    /// - Throws: `XMLError`, with the octet that is wrong.
    package static func read(_ octets: [UInt8], limits: XMLLimits = XMLLimits()) throws(XMLError) -> XMLElement {
        var reader = try XMLReader(octets, limits: limits)
        return try reader.document()
    }

    private mutating func document() throws(XMLError) -> XMLElement {
        try declaration()
        var root: XMLElement?
        while !scanner.isAtEnd {
            if open.isEmpty {
                scanner.skipSpace()
                guard !scanner.isAtEnd else { break }
            }
            if scanner.take("<!--") {
                try comment()
            } else if scanner.take("<?") {
                try instruction()
            } else if scanner.starts(with: "<!DOCTYPE") {
                throw scanner.fail(.documentType)
            } else if scanner.starts(with: "</") {
                if let whole = try endTag() { root = whole }
            } else if !open.isEmpty, scanner.take("<![CDATA[") {
                add(String(decoding: try scanner.takeUntil("]]>"), as: UTF8.self).withOneLineEnd)
            } else if scanner.next == UInt8(ascii: "<") {
                guard root == nil else { throw scanner.fail(.expected("the end")) }
                if let whole = try startTag() { root = whole }
            } else {
                guard !open.isEmpty else { throw scanner.fail(.expected("an element")) }
                add(try scanner.text())
            }
        }
        guard open.isEmpty, let root else { throw scanner.fail(.expected("the end of an element")) }
        return root
    }

    ///     XMLDecl = "<?xml" VersionInfo [EncodingDecl] [SDDecl] "?>"
    private mutating func declaration() throws(XMLError) {
        guard
            scanner.starts(with: "<?xml ") || scanner.starts(with: "<?xml\t") || scanner.starts(with: "<?xml\n")
                || scanner.starts(with: "<?xml\r")
        else { return }
        _ = scanner.take("<?xml")
        while true {
            scanner.skipSpace()
            if scanner.take("?>") { return }
            let name = try scanner.name()
            scanner.skipSpace()
            try scanner.require("=")
            scanner.skipSpace()
            let value = try scanner.attributeValue().lowercased()
            guard name.local != "encoding" || ["utf-8", "utf8", "us-ascii"].contains(value) else {
                throw scanner.fail(.notUTF8)
            }
        }
    }

    private mutating func comment() throws(XMLError) {
        _ = try scanner.takeUntil("--")
        try scanner.require(">")
    }

    private mutating func instruction() throws(XMLError) {
        let name = try scanner.name()
        guard name.local.lowercased() != "xml" else { throw scanner.fail(.expected("no second declaration")) }
        _ = try scanner.takeUntil("?>")
    }

    ///     STag = "<" QName *(S Attribute) [S] ">"      EmptyElemTag = "<" QName *(S Attribute) [S] "/>"
    ///
    /// - Returns: the root, when it is empty.
    private mutating func startTag() throws(XMLError) -> XMLElement? {
        let start = scanner.offset
        try scanner.require("<")
        elements += 1
        guard elements <= limits.elements else { throw scanner.fail(.tooMany("elements")) }
        guard open.count < limits.depth else { throw scanner.fail(.tooMany("elements in each other")) }
        let written = try scanner.name()
        let outside = bindings.count
        var attributes: [(name: XMLScanner.QualifiedName, value: String)] = []
        while true {
            let isSeparated = scanner.skipSpace()
            guard let octet = scanner.next, octet != UInt8(ascii: ">"), octet != UInt8(ascii: "/") else { break }
            guard isSeparated else { throw scanner.fail(.expected("white space")) }
            let name = try scanner.name()
            scanner.skipSpace()
            try scanner.require("=")
            scanner.skipSpace()
            let value = try scanner.attributeValue()
            guard !attributes.contains(where: { $0.name == name }) else { throw scanner.fail(.repeatedAttribute) }
            attributes.append((name, value))
            guard attributes.count <= limits.attributes else { throw scanner.fail(.tooMany("attributes")) }
            try bind(name, value)
        }
        let isEmpty = scanner.take("/")
        try scanner.require(">")
        var element = XMLElement(try resolved(written, isAttribute: false, at: start))
        for attribute in attributes where !attribute.name.isDeclaration {
            let name = try resolved(attribute.name, isAttribute: true, at: start)
            guard !element.attributes.contains(where: { $0.name == name }) else {
                throw XMLError(.repeatedAttribute, at: start)
            }
            element.attributes.append(XMLAttribute(name, attribute.value))
        }
        open.append(Open(written: written, element: element, bindings: outside))
        return isEmpty ? close() : nil
    }

    /// - Returns: the root, when it is its end.
    private mutating func endTag() throws(XMLError) -> XMLElement? {
        try scanner.require("</")
        guard let last = open.last else { throw scanner.fail(.expected("an element")) }
        guard try scanner.name() == last.written else {
            throw scanner.fail(.expected("the end of what was begun last"))
        }
        scanner.skipSpace()
        try scanner.require(">")
        return close()
    }

    private mutating func close() -> XMLElement? {
        guard let last = open.popLast() else { return nil }
        bindings.removeSubrange(last.bindings...)
        guard !open.isEmpty else { return last.element }
        open[open.count - 1].element.children.append(.element(last.element))
        return nil
    }

    private mutating func add(_ text: String) {
        guard !text.isEmpty, !open.isEmpty else { return }
        open[open.count - 1].element.children.append(.text(text))
    }

    /// Takes a declaration of a namespace. Only the default one can be taken back.
    private mutating func bind(_ name: XMLScanner.QualifiedName, _ value: String) throws(XMLError) {
        guard name.isDeclaration else { return }
        let prefix = name.prefix.isEmpty ? "" : name.local
        guard prefix != "xmlns", prefix != "xml" || value == XMLNamespace.xml, prefix.isEmpty || !value.isEmpty,
            value != XMLNamespace.xmlns
        else { throw scanner.fail(.prefix) }
        bindings.append((prefix, value))
    }

    private func resolved(
        _ name: XMLScanner.QualifiedName, isAttribute: Bool, at offset: Int
    ) throws(XMLError) -> XMLName {
        // An attribute without a prefix is in no namespace.
        if isAttribute, name.prefix.isEmpty { return XMLName("", name.local) }
        guard let binding = bindings.last(where: { $0.prefix == name.prefix }) else {
            guard name.prefix.isEmpty else { throw XMLError(.prefix, at: offset) }
            return XMLName("", name.local)
        }
        return XMLName(binding.namespace, name.local)
    }
}

extension XMLScanner.QualifiedName {
    fileprivate var isDeclaration: Bool { prefix == "xmlns" || (prefix.isEmpty && local == "xmlns") }
}

extension String {
    /// XML 1.0 2.11
    fileprivate var withOneLineEnd: String {
        var text = String.UnicodeScalarView()
        var wasReturn = false
        for scalar in unicodeScalars {
            if scalar == "\r" {
                text.append("\n")
            } else if scalar != "\n" || !wasReturn {
                text.append(scalar)
            }
            wasReturn = scalar == "\r"
        }
        return String(text)
    }
}

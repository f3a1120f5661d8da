import XMLSyntax

/// Changes of properties, in the order in which they are to be made (RFC 4918 9.2).
package struct PropertyUpdate: Hashable, Sendable {
    package enum Change: Hashable, Sendable {
        case set(XMLElement)
        case remove(XMLName)

        package var name: XMLName {
            switch self {
            case .set(let element): element.name
            case .remove(let name): name
            }
        }
    }

    package let changes: [Change]

    /// The body of PROPPATCH.
    ///
    ///     <!ELEMENT propertyupdate (remove | set)+ >
    ///
    /// - Throws: `BodyError`
    package init(proppatch root: XMLElement) throws(BodyError) {
        guard root.name == .dav("propertyupdate") else { throw .malformed("a propertyupdate element is wanted") }
        try self.init(within: root, takesRemovals: true)
        guard !changes.isEmpty else { throw .malformed("propertyupdate changes nothing") }
    }

    fileprivate init(within root: XMLElement, takesRemovals: Bool) throws(BodyError) {
        var changes: [Change] = []
        for step in root.elements {
            let properties = step.all(.dav("prop")).flatMap(\.elements)
            switch step.name {
            case .dav("set"): changes += properties.map { .set($0.inheriting(step)) }
            case .dav("remove") where takesRemovals: changes += properties.map { .remove($0.name) }
            default: continue
            }
            guard changes.count <= PropertyRequest.most else {
                throw .malformed("a request has at most \(PropertyRequest.most) properties")
            }
        }
        self.changes = changes
    }
}

/// The body of MKCALENDAR (RFC 4791 5.3.1) and of extended MKCOL (RFC 5689): what the new collection is to be.
package struct CollectionRequest: Hashable, Sendable {
    /// What `DAV:resourcetype` is set to; empty where nothing is said of it.
    package let types: Set<XMLName>
    /// Everything else that is set.
    package let properties: [XMLElement]

    /// - Parameter root: nil where there is no body.
    /// - Throws: `BodyError`
    package init(_ root: XMLElement?, expecting name: XMLName) throws(BodyError) {
        guard let root else {
            (types, properties) = ([], [])
            return
        }
        guard root.name == name else { throw .malformed("an element \(name.local) is wanted") }
        let update = try PropertyUpdate(within: root, takesRemovals: false)
        var types: Set<XMLName> = []
        var properties: [XMLElement] = []
        for case .set(let element) in update.changes {
            if element.name == .dav("resourcetype") {
                types = Set(element.elements.map(\.name))
            } else {
                properties.append(element)
            }
        }
        (self.types, self.properties) = (types, properties)
    }
}

extension XMLElement {
    /// With the language that holds around it (RFC 4918 4.3): a property is kept by itself.
    fileprivate func inheriting(_ outer: XMLElement) -> XMLElement {
        let language = XMLName(XMLNamespace.xml, "lang")
        guard !attributes.contains(where: { $0.name == language }),
            let inherited = (outer.first(.dav("prop"))?.attributes ?? []).first(where: { $0.name == language })
                ?? outer.attributes.first(where: { $0.name == language })
        else { return self }
        var element = self
        element.attributes.append(inherited)
        return element
    }
}

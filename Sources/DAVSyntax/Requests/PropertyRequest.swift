import XMLSyntax

/// Which properties a client asks for: the body of PROPFIND (RFC 4918 9.1, 14.20), and that part of a report.
///
///     <!ELEMENT propfind ( propname | (allprop, include?) | prop ) >
package enum PropertyRequest: Hashable, Sendable {
    /// Names alone.
    case names
    /// What RFC 4918 defines and what clients have set, and these.
    case all(including: [XMLName])
    case some([XMLElement])

    /// Properties of one request. More are no request but a load.
    package static let most = 500

    /// - Parameter root: nil where there is no body, which asks for all.
    /// - Throws: `BodyError`
    package init(propfind root: XMLElement?) throws(BodyError) {
        guard let root else {
            self = .all(including: [])
            return
        }
        guard root.name == .dav("propfind") else { throw .malformed("a propfind element is wanted") }
        guard let request = try Self(within: root) else {
            throw .malformed("propfind has propname, allprop or prop in it")
        }
        self = request
    }

    /// Reads the part of an element that says so; nil when it does not.
    ///
    /// - Throws: `BodyError`
    init?(within element: XMLElement) throws(BodyError) {
        let kinds = element.elements.filter {
            [.dav("propname"), .dav("allprop"), .dav("prop")].contains($0.name)
        }
        guard kinds.count <= 1 else { throw .malformed("only one of propname, allprop and prop is wanted") }
        guard let kind = kinds.first else { return nil }
        switch kind.name {
        case .dav("propname"): self = .names
        case .dav("allprop"):
            let included = element.first(.dav("include"))?.elements ?? []
            self = .all(including: Self.once(included).map(\.name))
        default: self = .some(Self.once(kind.elements))
        }
        guard kind.elements.count <= Self.most, (element.first(.dav("include"))?.elements.count ?? 0) <= Self.most
        else {
            throw .malformed("a request has at most \(Self.most) properties")
        }
    }

    /// A property that is asked for again is not answered again.
    private static func once(_ elements: [XMLElement]) -> [XMLElement] {
        var seen: Set<XMLName> = []
        return elements.filter { seen.insert($0.name).inserted }
    }
}

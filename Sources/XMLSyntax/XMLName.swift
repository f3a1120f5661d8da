/// A name with the namespace that its prefix stood for (Namespaces in XML 1.0). Prefixes themselves mean nothing.
package struct XMLName: Hashable, Sendable {
    /// Empty for none.
    package let namespace: String
    package let local: String

    package init(_ namespace: String, _ local: String) {
        self.namespace = namespace
        self.local = local
    }
}

package enum XMLNamespace {
    package static let xml = "http://www.w3.org/XML/1998/namespace"
    static let xmlns = "http://www.w3.org/2000/xmlns/"
}

// Names of elements and attributes, and the namespaces that CalDAV is made of.

/// A name with the namespace that its prefix stood for (Namespaces in XML 1.0). Prefixes themselves mean nothing.
package struct XMLName: Hashable, Sendable {
    /// Empty for none.
    package let namespace: String
    package let local: String

    package init(_ namespace: String, _ local: String) {
        self.namespace = namespace
        self.local = local
    }

    /// WebDAV (RFC 4918 and what builds on it).
    package static func dav(_ local: String) -> XMLName { XMLName(XMLNamespace.dav, local) }
    /// CalDAV (RFC 4791).
    package static func calDAV(_ local: String) -> XMLName { XMLName(XMLNamespace.calDAV, local) }
    /// What Apple's calendar server added, and clients everywhere ask for.
    package static func calendarServer(_ local: String) -> XMLName { XMLName(XMLNamespace.calendarServer, local) }
}

package enum XMLNamespace {
    package static let dav = "DAV:"
    package static let calDAV = "urn:ietf:params:xml:ns:caldav"
    package static let calendarServer = "http://calendarserver.org/ns/"
    package static let apple = "http://apple.com/ns/ical/"
    package static let xml = "http://www.w3.org/XML/1998/namespace"
    static let xmlns = "http://www.w3.org/2000/xmlns/"
}

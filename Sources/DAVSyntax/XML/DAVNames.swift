// The namespaces that CalDAV is made of.

import XMLSyntax

extension XMLNamespace {
    package static let dav = "DAV:"
    package static let calDAV = "urn:ietf:params:xml:ns:caldav"
    package static let calendarServer = "http://calendarserver.org/ns/"
    package static let apple = "http://apple.com/ns/ical/"
}

extension XMLName {
    /// WebDAV (RFC 4918 and what builds on it).
    package static func dav(_ local: String) -> XMLName { XMLName(XMLNamespace.dav, local) }
    /// CalDAV (RFC 4791).
    package static func calDAV(_ local: String) -> XMLName { XMLName(XMLNamespace.calDAV, local) }
    /// What Apple's calendar server added, and clients everywhere ask for.
    package static func calendarServer(_ local: String) -> XMLName { XMLName(XMLNamespace.calendarServer, local) }
}

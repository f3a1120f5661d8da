import XMLSyntax

/// A body that is well-formed XML and still no request.
package enum BodyError: Error, Hashable, Sendable {
    /// It does not have the form that its method wants; the text is for the client.
    case malformed(String)
    /// A precondition of a report or method is not met, which has a name of its own (RFC 4918 16).
    case precondition(XMLName, String)
}

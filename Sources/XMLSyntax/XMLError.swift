// Why a body is refused as XML, and where; and the bounds of what is read.

/// XML that is not well-formed, or holds what no request needs.
package struct XMLError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// Something else than what the text names stands there.
        case expected(String)
        case notUTF8
        /// A character that XML does not allow.
        case character
        /// A document type declaration: with it would come entities of the client's own making.
        case documentType
        /// An entity other than the five that every document has.
        case entity
        /// A prefix that stands for no namespace.
        case prefix
        case repeatedAttribute
        /// More than a bound of `XMLLimits` allows.
        case tooMany(String)
    }

    package let reason: Reason
    /// Octets before it.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// What to tell the client. Nothing of the body is in it.
    package var message: String {
        let what =
            switch reason {
            case .expected(let what): "expected \(what)"
            case .notUTF8: "not UTF-8"
            case .character: "a character that XML does not allow"
            case .documentType: "a document type declaration is not taken"
            case .entity: "an entity that is not known"
            case .prefix: "a prefix without a namespace"
            case .repeatedAttribute: "an attribute twice"
            case .tooMany(let what): "too many \(what)"
            }
        return "octet \(offset): \(what)"
    }
}

/// How much a body may hold.
package struct XMLLimits: Sendable, Hashable {
    package var octets = 1_048_576
    /// Elements in each other. A filter needs about ten.
    package var depth = 32
    package var elements = 50_000
    /// Of one element, with the declarations of namespaces.
    package var attributes = 32
    /// Octets of a name, with its prefix.
    package var nameOctets = 256

    package init() {}
}

// What the commands about access control lists say and are told.

/// How SETACL changes the rights of an identifier; which letters are rights is the server's business.
///
/// RFC 4314 7
///
///     mod-rights = astring
///     rights     = astring
package struct RightsModification: Hashable, Sendable {
    package enum Operation: Hashable, Sendable { case replace, add, remove }

    package var operation: Operation
    /// Lower-case letters and digits; may be empty.
    package var rights: [UInt8]

    package init(_ operation: Operation, _ rights: [UInt8]) {
        self.operation = operation
        self.rights = rights
    }
}

/// Who has which rights.
///
/// RFC 4314 7
///
///     acl-data = "ACL" SP mailbox *(SP identifier SP rights)
package struct AccessEntry: Hashable, Sendable {
    package var identifier: [UInt8]
    package var rights: [UInt8]

    package init(_ identifier: [UInt8], _ rights: [UInt8]) {
        self.identifier = identifier
        self.rights = rights
    }
}

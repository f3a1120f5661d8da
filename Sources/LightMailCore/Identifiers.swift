/// An account's number, unique in the system.
package struct AccountID: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    package var description: String { String(rawValue) }
}

/// A mailbox's number, unique in the system and never used again; RFC 8474's MAILBOXID is made of it.
package struct MailboxID: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    package var description: String { String(rawValue) }
}

/// The number of an object's row; RFC 8474's EMAILID is made of it, for copies share the object.
package struct ObjectID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// A message's unique identifier within a mailbox and its UIDVALIDITY (RFC 9051 2.3.1.1). Never 0.
package typealias UID = UInt32

/// A mod-sequence (RFC 7162 3): grows with every change of a mailbox.
package typealias ModSeq = UInt64

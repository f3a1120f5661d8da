/// Special-use attributes of a mailbox (RFC 6154 2), as the row keeps them.
package struct SpecialUse: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let all = SpecialUse(rawValue: 1)
    package static let archive = SpecialUse(rawValue: 2)
    package static let drafts = SpecialUse(rawValue: 4)
    package static let flagged = SpecialUse(rawValue: 8)
    package static let junk = SpecialUse(rawValue: 16)
    package static let sent = SpecialUse(rawValue: 32)
    package static let trash = SpecialUse(rawValue: 64)
    package static let important = SpecialUse(rawValue: 128)
}

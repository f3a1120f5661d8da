import LightMailCore

extension QuotaChange {
    private enum CodingKeys: String, CodingKey {
        case quotaBytes, quotaMessages, quotaMailboxes
    }

    /// The limits that a body names: null lifts one, a number sets it, and one that is not named stays.
    init(named decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func limit(_ key: CodingKeys) throws -> Limit? {
            guard container.contains(key) else { return nil }
            return try container.decodeNil(forKey: key)
                ? Limit.none : .at(try container.decode(UInt64.self, forKey: key))
        }
        self.init(
            bytes: try limit(.quotaBytes), messages: try limit(.quotaMessages), mailboxes: try limit(.quotaMailboxes))
    }

    /// - Throws: `Problem` 422 for more than can be counted.
    func checked() throws -> QuotaChange {
        for case .at(let value)? in [bytes, messages, mailboxes] { _ = try Self.checked(value) }
        return self
    }

    /// - Throws: `Problem` 422 for more than can be counted.
    static func checked(_ limit: UInt64?) throws -> UInt64? {
        guard limit ?? 0 <= UInt64(Int64.max) else { throw Problem(.unprocessableContent, "the quota is too large") }
        return limit
    }
}

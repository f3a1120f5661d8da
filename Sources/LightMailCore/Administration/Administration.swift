import MariaDBClient

/// What an administrator sees and does: the one part of the core that finds things by their number alone, whosever they
/// are. What it changes it changes as the owner would, under the same locks and within the owner's account.
package struct Administration: Sendable {
    let database: ConnectionPool
    let changes: ChangeFeed
    /// Seconds since 1970.
    let now: @Sendable () -> Int64

    /// Most rows that a page can have.
    package static let largestPage = 1_000
}

/// Which part of a list is wanted.
///
/// Either `after` or `offset` leads on: the first costs what the page costs, the second what all before it cost as well.
package struct Page<Key: Sendable>: Sendable {
    /// Rows at most; nil for all of them.
    package var limit: Int?
    package var offset: Int
    /// The key of the last row of the page before; nil for the first page.
    package var after: Key?

    package init(limit: Int? = nil, offset: Int = 0, after: Key? = nil) {
        self.limit = limit
        self.offset = offset
        self.after = after
    }

    /// The values for `LIMIT ? OFFSET ?`.
    var bounds: [SQLValue] {
        [.uint(limit.map { UInt64(max($0, 0)) } ?? UInt64(Int64.max)), .uint(UInt64(max(offset, 0)))]
    }
}

extension Row.Cell {
    /// The number in a column that may be NULL.
    var optionalInt64: Int64? {
        get throws { try optional?.int64 }
    }
}

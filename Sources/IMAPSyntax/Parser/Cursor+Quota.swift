// Arguments of the commands about quotas.

extension Cursor {
    ///     getquota        = "GETQUOTA" SP quota-root-name
    ///     quota-root-name = astring
    mutating func getQuota() throws(SyntaxError) -> Command {
        .getQuota(root: try astring())
    }

    ///     getquotaroot = "GETQUOTAROOT" SP mailbox
    mutating func getQuotaRoot() throws(SyntaxError) -> Command {
        .getQuotaRoot(try mailbox())
    }

    ///     setquota          = "SETQUOTA" SP quota-root-name SP setquota-list
    ///     setquota-list     = "(" [setquota-resource *(SP setquota-resource)] ")"
    ///     setquota-resource = resource-name SP resource-limit
    mutating func setQuota() throws(SyntaxError) -> Command {
        let root = try astring()
        try space()
        let limits = try parenthesised("resources", mayBeEmpty: true) { cursor throws(SyntaxError) in
            let name = try cursor.keyword("a resource")
            try cursor.space()
            return QuotaLimit(name: name, limit: try cursor.number64())
        }
        return .setQuota(root: root, limits)
    }
}

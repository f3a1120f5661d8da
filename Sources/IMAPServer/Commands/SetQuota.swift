import IMAPSyntax

extension Session {
    /// RFC 9208 4.1.3. Quotas are the administrator's, who has lightmailctl and no session here: QUOTASET is not
    /// announced, and who asks anyway is told why not.
    func setQuota() throws(CommandFailure) -> Completion {
        throw .no("Quotas are set by the administrator", .noPerm)
    }
}

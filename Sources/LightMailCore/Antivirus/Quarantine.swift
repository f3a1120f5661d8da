// Where an infected message goes that is not refused.

extension MailboxPath {
    /// Holds what the virus scanner found something in.
    package static let quarantine = MailboxPath(stored: Array("Quarantine".utf8))
}

extension Keyword {
    /// Marks a message in which the virus scanner found something.
    package static let virus = Keyword("$Virus")
}

extension Delivery {
    /// The mailbox that a message goes to: the one that was wanted, or the account's quarantine.
    func destination(
        of message: ReceivedMessage, account: AccountID, wanted: MailboxID
    ) async -> Result<MailboxID, StoreError> {
        guard message.virus != nil, scanner?.configuration.treatment == .quarantine else { return .success(wanted) }
        do throws(StoreError) {
            return .success(try await mailboxes.ensure(account, .quarantine))
        } catch {
            return .failure(error)
        }
    }

    /// What a message is marked with on its way in.
    func keywords(for message: ReceivedMessage) -> [Keyword] {
        guard message.virus != nil, scanner?.configuration.treatment == .tag else { return [] }
        return [Keyword.virus].compactMap { $0 }
    }
}

import LightMailCore
import LightMailDaemon
import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.2.
    mutating func mail(from path: ReversePath, _ parameters: MailParameters) -> Step {
        guard client != nil else {
            return badSequence(server.profile.dialect == .lmtp ? "Say LHLO first" : "Say EHLO first")
        }
        guard transaction == nil else { return badSequence("A message is under way already") }
        // RFC 4954 section 6.
        guard account != nil || !server.profile.authentication.isRequired else {
            let what = mayAuthenticate ? "Authenticate first" : "Begin TLS and authenticate first"
            return .reply(Reply(530, EnhancedStatusCode(5, 7, 0), what))
        }
        // RFC 1870 section 6.1: what is declared too large is refused before it is sent.
        if let size = parameters.size, size > UInt64(server.profile.limits.messageSize) {
            return .reply(ErrorReplies.tooLarge)
        }
        let transaction = Transaction(traceID: server.makeTraceID(), reversePath: path, parameters: parameters)
        guard let account, case .address(let sender) = path else { return begin(transaction) }
        return checkSender("\(sender.localPart)@\(sender.domain.encoded)", account, transaction)
    }

    /// RFC 6409 section 6.1: who has logged in writes as nobody else.
    private func checkSender(_ sender: String, _ account: Account, _ transaction: Transaction) -> Step {
        .wait { [server, logger] in
            do throws(StoreError) {
                if try await server.store.accounts.isOwn(sender, of: account.id) {
                    return { session in session.begin(transaction) }
                }
                logger.notice("sender refused", metadata: ["from": "\(transaction.reversePath.encoded)"])
                return { _ in .reply(Reply(553, EnhancedStatusCode(5, 7, 1), "The sender is not one of your addresses"))
                }
            } catch {
                logger.warning("cannot check a sender", metadata: [LogKey.error: "\(error)"])
                return { _ in .reply(ErrorReplies.recipient(error)) }
            }
        }
    }

    private mutating func begin(_ transaction: Transaction) -> Step {
        self.transaction = transaction
        return .reply(Reply(250, EnhancedStatusCode(2, 1, 0), "Sender accepted"))
    }
}

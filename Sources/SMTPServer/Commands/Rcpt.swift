import LightMailCore
import LightMailDaemon
import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.3. The store is asked at once, so that Postfix can bounce an unknown user without sending
    /// the message.
    func rcpt(to path: ForwardPath) -> Step {
        guard let transaction else { return badSequence("MAIL first") }
        guard transaction.intake == nil, !transaction.hasFailed else { return badSequence("BDAT has begun") }
        // RFC 6531 section 3.5.
        guard path.isASCII || transaction.parameters.smtpUTF8 else {
            return .reply(CommandError(.needsSMTPUTF8).reply)
        }
        guard transaction.recipients.count < server.profile.limits.recipients else {
            return .reply(ErrorReplies.tooManyRecipients)
        }
        let address = path.mailbox(ofHost: server.hostname)
        return .wait { [server, logger] in
            do throws(StoreError) {
                let targets = try await server.store.accounts.resolve(recipient: address)
                return { session in session.accept(Recipient(path: path, targets: targets)) }
            } catch {
                let reply = ErrorReplies.recipient(error)
                logger.info(
                    "recipient refused",
                    metadata: [
                        LogKey.trace: "\(transaction.traceID)", "recipient": "\(address)", "reply": "\(reply.code)",
                        LogKey.error: "\(error)",
                    ])
                if error.kind == .overQuota {
                    let origin = DeliveryOrigin(server.profile, transaction.reversePath)
                    await server.store.outbox.post(WebhookEvent(.quotaExceeded, origin, recipient: address))
                }
                return { _ in .reply(reply) }
            }
        }
    }

    private mutating func accept(_ recipient: Recipient) -> Step {
        transaction?.recipients.append(recipient)
        return .reply(Reply(250, EnhancedStatusCode(2, 1, 5), "Recipient accepted"))
    }
}

extension ForwardPath {
    /// The address as the store knows addresses: without quoting. RFC 5321 section 4.5.1: a postmaster without a domain
    /// is the one of this host.
    fileprivate func mailbox(ofHost host: String) -> String {
        switch self {
        case .postmaster: "postmaster@\(host)"
        case .address(let address): "\(address.localPart)@\(address.domain.encoded)"
        }
    }
}

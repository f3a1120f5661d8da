import LightMailCore
import LightMailDaemon
import SMTPSyntax

extension Session {
    /// RFC 5321 section 4.1.1.3. The store is asked at once, so that the sender learns of an unknown user, or of a
    /// mailbox without room, before it sends the message.
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
        let mayRelay = account != nil && server.smarthost != nil
        return .wait { [server, logger] in
            do throws(StoreError) {
                let targets = try await server.targets(of: address, transaction)
                return { session in session.accept(Recipient(path: path, targets: targets)) }
            } catch {
                let reply = await server.refusal(of: address, error)
                if mayRelay, reply == ErrorReplies.noRelay {
                    return { session in session.accept(Recipient(path: path, targets: [])) }
                }
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
                return { session in session.refuseRecipient(reply) }
            }
        }
    }

    private mutating func accept(_ recipient: Recipient) -> Step {
        transaction?.recipients.append(recipient)
        return .reply(Reply(250, EnhancedStatusCode(2, 1, 5), "Recipient accepted"))
    }
}

extension ServerContext {
    /// Where the mail for an address goes. A mailbox that has no room for a message of the declared size is told apart
    /// here, while each recipient still has a reply of its own.
    fileprivate func targets(of address: String, _ transaction: Transaction) async throws(StoreError)
        -> [DeliveryTarget]
    {
        let known = overflows.take(from: transaction.reversePath, to: address, at: now())
        let size = max(transaction.parameters.size ?? 0, known ?? 0)
        return try await store.accounts.resolve(recipient: address, size: size)
    }

    /// The reply to a recipient who is not here. To a stranger it makes a difference whether the domain is.
    fileprivate func refusal(of address: String, _ error: StoreError) async -> Reply {
        guard profile.role != .lmtp, error.kind == .notFound else { return ErrorReplies.recipient(error) }
        do throws(StoreError) {
            let domain = address.split(separator: "@").last.flatMap { try? DomainName(String($0)) }
            guard let domain, try await store.accounts.hasDomain(domain) else { return ErrorReplies.noRelay }
            return ErrorReplies.recipient(error)
        } catch {
            return ErrorReplies.recipient(error)
        }
    }
}

extension ForwardPath {
    /// The address as the store knows addresses: without quoting. RFC 5321 section 4.5.1: a postmaster without a domain
    /// is the one of this host.
    func mailbox(ofHost host: String) -> String {
        switch self {
        case .postmaster: "postmaster@\(host)"
        case .address(let address): "\(address.localPart)@\(address.domain.encoded)"
        }
    }
}

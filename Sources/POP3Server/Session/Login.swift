import LightMailCore
import LightMailDaemon
import NIOCore
import POP3Syntax

extension Session {
    /// A password is not asked for where others could read it (RFC 3206 4: a matter of policy).
    func requirePrivacy() throws(CommandFailure) {
        if isLoginDisabled { throw .error("Begin TLS first", .auth) }
    }

    /// The end of a login, whatever command brought it. An account's maildrop is opened.
    mutating func conclude(_ outcome: LoginOutcome, _ ending: inout Ending) async throws -> Reply {
        switch outcome {
        case .account(let account):
            return try await open(account)
        case .unavailable(let error):
            return ErrorReplies.reply(to: error)
        case .refused(let refusal):
            ending.delay = TimeAmount(refusal.delay)
            if refusal.endsSession { ending.action = .close }
            return ErrorReplies.reply(to: refusal.reason)
        }
    }

    private mutating func open(_ account: Account) async throws -> Reply {
        guard service.loginTimes.admit(account.id, delay: service.limits.loginDelay) else {
            throw CommandFailure.error("The last login was too short a time ago", .loginDelay)
        }
        let inbox = try await store.mailboxes.find(account.id, .inbox).id
        let maildrop = Maildrop(
            account: account.id, index: try await store.indexes.refresh(account: account.id, mailbox: inbox))
        self.maildrop = maildrop
        logger[metadataKey: LogKey.account] = "\(account.username)"
        logger.info("logged in", metadata: ["tls": "\(isSecure)", "messages": "\(maildrop.count)"])
        service.metrics.authenticated.increment()
        return .ok(maildrop.summary)
    }
}

extension Maildrop {
    /// For people.
    var summary: String { "\(count) messages (\(octets) octets)" }
}

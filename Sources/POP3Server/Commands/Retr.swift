import LightMailCore
import LightMailDaemon
import POP3Syntax
import Spans

extension Session {
    /// RFC 1939 5. Messages that others have expunged are served as long as their rows rest.
    mutating func retrieve(_ number: MessageNumber) async throws -> Reply? {
        let position = try requireMaildrop().position(of: number)
        let details = try await details(at: position)
        Spans.note("lightmail.trace", details.object.trace)
        logger.debug("message is read", metadata: [LogKey.trace: "\(details.object.trace)", "uid": "\(details.uid)"])
        try await send(
            store.messages.content(of: details), headerSize: details.headerSize,
            announcement: .ok("\(details.size) octets"))
        return nil
    }

    /// How many messages one round trip to the database asks for: clients fetch one after the other.
    private static let messagesAtOnce = 100

    /// Where a message's bytes are. What was read ahead for the messages behind it is kept until it is asked for.
    private mutating func details(at position: Int) async throws -> MessageDetails {
        if let known = maildrop?.details.removeValue(forKey: position) { return known }
        let maildrop = try requireMaildrop()
        let ahead = maildrop.positions[position...].lazy.filter { !maildrop.isMarked($0) }.prefix(Self.messagesAtOnce)
        var read: [UID: MessageDetails] = [:]
        for detail in try await store.messages.details(
            account: maildrop.account, mailbox: maildrop.mailbox, uids: ahead.map(maildrop.uid(at:)), parts: [])
        {
            read[detail.uid] = detail
        }
        guard let wanted = read[maildrop.uid(at: position)] else { throw StoreError(.notFound, "message") }
        self.maildrop?.details = [:]
        for other in ahead where other != position {
            self.maildrop?.details[other] = read[maildrop.uid(at: other)]
        }
        return wanted
    }
}

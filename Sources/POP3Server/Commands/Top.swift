import LightMailCore
import POP3Syntax

extension Session {
    /// RFC 1939 7. A header alone comes from its row, without a request to the object store.
    mutating func top(_ number: MessageNumber, lines: UInt64) async throws -> Reply? {
        let maildrop = try requireMaildrop()
        let position = try maildrop.position(of: number)
        let found = try await store.messages.details(
            account: maildrop.account, mailbox: maildrop.mailbox, uids: [maildrop.uid(at: position)],
            parts: lines == 0 ? .header : [])
        guard let details = found.first else { throw StoreError(.notFound, "message") }
        if lines == 0, var header = details.header {
            if !isUTF8 {
                var downgrade = HeaderDowngrade(headerSize: details.headerSize)
                downgrade.apply(to: &header)
            }
            write(.ok("Top of message follows"))
            var stuffing = DotStuffing()
            stuffing.append(header[...], to: &out)
            stuffing.finish(into: &out)
            return nil
        }
        try await send(
            store.messages.content(of: details, range: lines == 0 ? 0..<details.headerSize : nil),
            headerSize: details.headerSize, announcement: .ok("Top of message follows"),
            cutBy: TopCounter(headerSize: details.headerSize, lines: lines))
        return nil
    }
}

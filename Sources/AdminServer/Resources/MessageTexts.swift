import LightMailCore
import MailFormat

// What people read of a message: decoded, and bounded where a message sets no bound.

extension Envelope {
    /// The subject, its encoded words decoded; empty when there is none.
    var subjectText: String {
        subject.map { EncodedWord.decode($0) } ?? ""
    }

    /// The address of the first author; empty when there is none.
    var senderAddress: String {
        from.lazy.compactMap(\.addressText).first ?? ""
    }

    /// The first author as people write it: a name, or else the address.
    var senderName: String {
        let named = from.lazy.compactMap(\.name).map { EncodedWord.decode($0) }.first { !$0.isEmpty }
        return named ?? senderAddress
    }
}

extension EnvelopeAddress {
    /// `local@domain`; nil for a group's marker.
    var addressText: String? {
        guard let mailbox, let host else { return nil }
        let local = String(decoding: mailbox, as: UTF8.self)
        return host.isEmpty ? local : "\(local)@\(String(decoding: host, as: UTF8.self))"
    }
}

extension MessageFlags {
    /// RFC 9051 2.3.2
    var names: [String] {
        [
            ("\\Seen", MessageFlags.seen), ("\\Answered", .answered), ("\\Flagged", .flagged),
            ("\\Deleted", .deleted), ("\\Draft", .draft),
        ].filter { contains($0.1) }.map(\.0)
    }
}

extension Store {
    /// Bytes of a header that are looked at when it is too large to be kept in its row.
    private static let longestHeader: UInt64 = 1 << 20

    /// What never changes about a message.
    ///
    /// - Throws: `StoreError` notFound when it was collected meanwhile.
    func details(of record: MessageRecord, _ parts: DetailParts) async throws -> MessageDetails {
        let found = try await messages.details(
            account: record.account, mailbox: record.mailbox, uids: [record.uid], parts: parts)
        guard let details = found.first else { throw StoreError(.notFound, "message \(record.id)") }
        return details
    }

    /// The fields of a message's header from top to bottom, unfolded and decoded.
    ///
    /// - Parameter details: with the header.
    func fields(of details: MessageDetails) async throws -> [(name: String, value: String)] {
        var bytes = details.header ?? []
        if details.header == nil {
            let range = 0..<min(details.headerSize, Self.longestHeader)
            for try await piece in messages.content(of: details, range: range) { bytes += piece }
        }
        let block = HeaderBlock(bytes)
        return block.map { field in
            let unfolded = block.bytes[field.value].filter { $0 != 13 && $0 != 10 && $0 != 0 }
            let value = unfolded.drop { $0 == 32 || $0 == 9 }
            return (
                String(decoding: block.bytes[field.name], as: UTF8.self), EncodedWord.decode(Array(value))
            )
        }
    }
}

import IMAPSyntax
import LightMailCore
import MailFormat

// Identifiers of messages and threads (RFC 8474 5).

extension MessageDetails {
    /// RFC 8474 5.1. Copies share the object and so the identifier; where recipients share the object too, the header
    /// field that differs between them is told apart.
    var emailID: IMAPSyntax.ObjectID {
        let id = IMAPSyntax.ObjectID(.email, objectID.rawValue)
        guard !prefix.isEmpty else { return id }
        return IMAPSyntax.ObjectID("\(id.string)-\(String(fingerprint(of: prefix), radix: 16))") ?? id
    }
}

extension HeaderBlock {
    /// RFC 8474 5.2: messages are of one thread when they name the same first message: in References, in In-Reply-To, or
    /// as themselves. Nil for a message that names none.
    var threadID: IMAPSyntax.ObjectID? {
        for field in ["references", "in-reply-to", "message-id"] {
            guard let value = values(of: field).first, let root = value.firstMessageID else { continue }
            return IMAPSyntax.ObjectID(.thread, fingerprint(of: root))
        }
        return nil
    }
}

extension Collection<UInt8> {
    /// RFC 5322 3.6.4: what stands in the first angle brackets.
    fileprivate var firstMessageID: [UInt8]? {
        guard let start = firstIndex(of: UInt8(ascii: "<")) else { return nil }
        let rest = self[index(after: start)...]
        guard let end = rest.firstIndex(of: UInt8(ascii: ">")), end > rest.startIndex else { return nil }
        return rest[..<end].filter { $0 > UInt8(ascii: " ") }
    }
}

/// 64 bits that differ where the bytes do (FNV-1a). Who makes two messages meet gains nothing: it needs only to quote an
/// identifier to be of its thread.
private func fingerprint(of bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
}

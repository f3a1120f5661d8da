import LightMailCore
import MailFormat

/// An envelope as a search looks at it: read where it lies, decoded only as far as it is asked (RFC 9051 6.4.4: BCC, CC,
/// FROM, SUBJECT, TO look at the envelope structure).
struct SearchableEnvelope: Sendable {
    private let view: EnvelopeView
    private let bytes: [UInt8]

    /// - Parameter bytes: what the view lies in.
    init(_ view: EnvelopeView, in bytes: [UInt8]) {
        self.view = view
        self.bytes = bytes
    }

    /// - Throws: `StoreError` corrupt.
    init(stored bytes: [UInt8]) throws(StoreError) {
        do {
            self.init(try EnvelopeView(bytes, at: bytes.indices), in: bytes)
        } catch {
            throw StoreError(.corrupt, "an envelope: \(error)")
        }
    }

    /// Whether there is a subject, and it contains the text.
    func subject(contains needle: CasemappedText) -> Bool {
        guard let subject = view.subject else { return false }
        return CasemappedText(header: bytes[subject]).contains(needle)
    }

    func from(contains needle: CasemappedText) -> Bool { contains(view.from, needle) }
    func to(contains needle: CasemappedText) -> Bool { contains(view.to, needle) }
    func cc(contains needle: CasemappedText) -> Bool { contains(view.cc, needle) }
    func bcc(contains needle: CasemappedText) -> Bool { contains(view.bcc, needle) }

    /// The day of the Date field as written, in days since 1970; nil without one.
    var day: Int? { view.date.flatMap { MailDate(Array(bytes[$0])) }?.day.daysSinceEpoch }

    /// Whether the addresses, written as `Name <mailbox@host>` with commas between, contain the text.
    private func contains(_ addresses: EnvelopeView.Addresses, _ needle: CasemappedText) -> Bool {
        guard addresses.count > 0 else { return false }
        var text = CasemappedText()
        bytes.withUnsafeBufferPointer { bytes in
            addresses.forEach(in: bytes) { address in
                if !text.isEmpty { text.append(ascii: ", ") }
                if let name = address.name {
                    text.append(header: UnsafeBufferPointer(rebasing: bytes[name]))
                    text.append(ascii: " ")
                }
                guard let mailbox = address.mailbox else { return }
                // Without a host it is the name of a group.
                if address.host != nil { text.append(ascii: "<") }
                text.append(header: UnsafeBufferPointer(rebasing: bytes[mailbox]))
                if let host = address.host {
                    text.append(ascii: "@")
                    text.append(header: UnsafeBufferPointer(rebasing: bytes[host]))
                    text.append(ascii: ">")
                }
            }
        }
        return text.contains(needle)
    }
}

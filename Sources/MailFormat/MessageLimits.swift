// What a message may cost: the bounds that keep the parser's memory independent of the size of the mail.

/// The bounds of one parse. What lies beyond a bound is still mail: it is counted and can be fetched, it is only not
/// described in detail.
package struct MessageLimits: Sendable, Equatable {
    /// The largest top header, in bytes, that ``ParsedMessage/headerBlock`` keeps; of a larger one it is nil.
    package var storedHeader: Int
    /// How many bytes of one header field's value are looked at; the rest of the field is ignored. Of a list of
    /// addresses the last one that is whole counts.
    package var field: Int
    /// How many bytes of field values all envelopes and body parts of a message keep together. Fields that come once
    /// this is spent count as absent.
    package var text: Int
    /// How many addresses (group markers included) one field of an envelope keeps.
    package var addresses: Int
    /// How many parameters one field keeps.
    package var parameters: Int
    /// How many body parts a message has at most, itself included; beyond them delimiters are content of the last one.
    package var parts: Int
    /// How deep entities nest at most, the message itself being 1. A composite part at this depth is shown as an
    /// opaque leaf of type application/octet-stream. Never more than ``BodyPart/maximumDepth``.
    package var depth: Int {
        didSet { depth = min(max(depth, 1), BodyPart.maximumDepth) }
    }
    /// The longest boundary parameter, in bytes (RFC 2046 5.1.1 allows 70). A multipart with a longer one counts as
    /// one without a boundary.
    package var boundary: Int

    /// Bounds that no mail met in practice reaches: 128 KiB of stored header, 64 KiB a field, 1 MiB of text,
    /// 2,000 addresses, 100 parameters, 10,000 parts, 100 levels and boundaries of 250 bytes.
    package static let `default` = MessageLimits()

    package init(
        storedHeader: Int = 128 << 10, field: Int = 64 << 10, text: Int = 1 << 20, addresses: Int = 2000,
        parameters: Int = 100, parts: Int = 10_000, depth: Int = 100, boundary: Int = 250
    ) {
        self.storedHeader = storedHeader
        self.field = field
        self.text = text
        self.addresses = addresses
        self.parameters = parameters
        self.parts = parts
        self.depth = min(max(depth, 1), BodyPart.maximumDepth)
        self.boundary = boundary
    }
}

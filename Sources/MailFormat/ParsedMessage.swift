// What the parser knows of a message once its last byte has been seen.

/// A message, described: its size, its header, its envelope and its tree of body parts. No body byte is kept.
package struct ParsedMessage: Sendable, Equatable {
    /// The size of the message in bytes, as fed (RFC 9051 2.3.4).
    package let size: UInt64
    /// The size in bytes of the top header, up to and including the blank line; the whole size when there is none.
    package let headerSize: UInt64
    /// The bytes of the top header with its blank line, or nil when it is larger than ``MessageLimits/storedHeader``.
    package let headerBlock: [UInt8]?
    /// The envelope (RFC 9051 7.5.2).
    package let envelope: Envelope
    /// The tree of body parts. Its root stands for the message: its header is the top header.
    package let structure: BodyPart
    /// The beginning of its text in one line, at most ``PreviewSample/maximumLength`` characters (RFC 8970); empty where
    /// there is none.
    package let preview: String

    /// Parses a message that is in memory as a whole.
    package init(_ bytes: [UInt8], limits: MessageLimits = .default) {
        var parser = MessageParser(limits: limits)
        parser.feed(bytes.span.bytes)
        self = parser.finish()
    }

    init(
        size: UInt64, headerSize: UInt64, headerBlock: [UInt8]?, envelope: Envelope,
        structure: BodyPart, preview: String
    ) {
        self.size = size
        self.headerSize = headerSize
        self.headerBlock = headerBlock
        self.envelope = envelope
        self.structure = structure
        self.preview = preview
    }
}

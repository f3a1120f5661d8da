// The MIME structure of a message, ready to be written as BODY or BODYSTRUCTURE.

/// A body part, with its children.
///
/// RFC 9051 7.5.2
///
///     body            = "(" (body-type-1part / body-type-mpart) ")"
///     body-type-1part = (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part]
///     body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
///
/// Whoever builds the tree bounds its depth; the encoder walks it by recursion and shows nothing below 128 parts in each
/// other.
package struct BodyStructureValue: Hashable, Sendable {
    package indirect enum Content: Hashable, Sendable {
        /// At least one part; with none, the encoder writes an empty text part, since the grammar has no empty multipart.
        case multipart([BodyStructureValue])
        /// message/rfc822 and message/global, with what the inner message is.
        case message(EnvelopeValue, BodyStructureValue, lines: UInt64)
        case text(lines: UInt64)
        case basic
    }

    /// A parameter of Content-Type or Content-Disposition.
    package struct Parameter: Hashable, Sendable {
        package var name: ArraySlice<UInt8>
        package var value: ArraySlice<UInt8>

        package init(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
            self.name = name
            self.value = value
        }
    }

    /// RFC 2183
    ///
    ///     body-fld-dsp = "(" string SP body-fld-param ")" / nil
    package struct Disposition: Hashable, Sendable {
        package var type: ArraySlice<UInt8>
        package var parameters: [Parameter]

        package init(type: ArraySlice<UInt8>, parameters: [Parameter]) {
            self.type = type
            self.parameters = parameters
        }
    }

    package var content: Content
    /// The media type; not written for a multipart.
    package var type: ArraySlice<UInt8>
    package var subtype: ArraySlice<UInt8>
    package var parameters: [Parameter]
    package var id: ArraySlice<UInt8>?
    package var description: ArraySlice<UInt8>?
    /// The content transfer encoding, such as "7BIT".
    package var encoding: ArraySlice<UInt8>
    /// The size of the part as transferred, in bytes.
    package var octets: UInt64
    package var md5: ArraySlice<UInt8>?
    package var disposition: Disposition?
    /// Language tags; empty is NIL.
    package var language: [ArraySlice<UInt8>]
    package var location: ArraySlice<UInt8>?

    package init(
        content: Content, type: ArraySlice<UInt8>, subtype: ArraySlice<UInt8>, parameters: [Parameter] = [],
        id: ArraySlice<UInt8>? = nil, description: ArraySlice<UInt8>? = nil,
        encoding: ArraySlice<UInt8> = BodyStructureValue.sevenBit, octets: UInt64 = 0, md5: ArraySlice<UInt8>? = nil,
        disposition: Disposition? = nil, language: [ArraySlice<UInt8>] = [], location: ArraySlice<UInt8>? = nil
    ) {
        self.content = content
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
        self.id = id
        self.description = description
        self.encoding = encoding
        self.octets = octets
        self.md5 = md5
        self.disposition = disposition
        self.language = language
        self.location = location
    }

    /// What RFC 2045 6.1 assumes where no encoding is named.
    package static let sevenBit = ArraySlice("7BIT".utf8)
}

// Why stored bytes are not what they should be.

/// Bytes that do not hold an encoded ``Envelope`` or ``BodyPart``.
package enum StoredFormatError: Error, Equatable {
    /// The first byte names a version this code does not know.
    case unknownVersion(UInt8)
    /// The bytes end too early; the offset where more was expected.
    case truncated(offset: Int)
    /// A value that no encoder writes; the offset behind it.
    case invalid(offset: Int)
    /// Parts nest deeper than ``BodyPart/maximumDepth``.
    case tooDeep
    /// Bytes follow the end; the offset of the first.
    case trailingBytes(offset: Int)
}

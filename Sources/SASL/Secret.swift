// What a client proves itself with: bytes that can be used but never printed.

/// A password or token. Whatever prints it, a log line, an interpolation, a debugger or a failed test, sees
/// `<redacted>`; only ``withBytes(_:)`` reaches the bytes.
package struct Secret: Sendable {
    private let bytes: [UInt8]

    package init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The length in bytes.
    package var count: Int { bytes.count }

    /// Lends the bytes to the closure. What the closure copies out is no longer protected.
    package func withBytes<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(bytes)
    }
}

extension Secret: Equatable {
    /// Equal contents, compared in a time that depends on the lengths alone.
    package static func == (left: Secret, right: Secret) -> Bool {
        equalInConstantTime(left.bytes, right.bytes)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Compares two byte strings in a time that depends on their lengths alone, not on where they differ.
///
/// The lengths are no secret: digests and tokens, which this is for, have a fixed one.
@inline(never)
package func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices {
        difference |= left[index] ^ right[index]
    }
    return difference == 0
}

import Glibc
import LightMailCore

/// Why a message or a whole source could not be moved: a sentence for the administrator.
package struct MigrationError: Error, Sendable, CustomStringConvertible {
    /// How much of the work it ends.
    package enum Extent: Sendable, Hashable {
        /// This message or mailbox alone; what comes after it can be moved.
        case item
        /// Everything: another run continues.
        case all
    }

    package let extent: Extent
    package let description: String

    package init(_ extent: Extent, _ description: String) {
        self.extent = extent
        self.description = description
    }

    /// A system call that failed.
    static func system(_ extent: Extent, _ what: String) -> MigrationError {
        MigrationError(extent, "\(what): \(String(cString: strerror(errno)))")
    }
}

/// Text from outside as a terminal can show it: bytes that are no UTF-8 and control characters become U+FFFD.
func printable(_ bytes: some Collection<UInt8>) -> String {
    String(
        String.UnicodeScalarView(
            String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
                scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar
            }))
}

import CIDN
import Glibc

/// Prepares names and passwords for comparison, as SCRAM asks (RFC 4013), so that a client that composes an accented letter
/// and one that does not send the same. By GNU libidn, with the tables of Unicode 3.2 that the RFC stands on.
enum SASLprep {
    /// The prepared text; nil when it holds what is not allowed, characters that were not in Unicode 3.2 among it, or nothing
    /// is left of it.
    static func prepare(_ text: String) -> String? {
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text.isEmpty ? nil : text }
        guard !text.utf8.contains(0) else { return nil }
        var output: UnsafeMutablePointer<CChar>?
        let result = text.withCString { stringprep_profile($0, &output, "SASLprep", STRINGPREP_NO_UNASSIGNED) }
        guard result == CInt(STRINGPREP_OK.rawValue), let output else { return nil }
        defer { free(output) }
        let prepared = String(cString: output)
        return prepared.isEmpty ? nil : prepared
    }
}

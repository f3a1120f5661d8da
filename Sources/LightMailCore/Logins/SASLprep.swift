import Foundation

/// Prepares names and passwords for comparison, as SCRAM asks (RFC 4013), so that a client that composes an accented letter
/// and one that does not send the same.
///
/// Printable ASCII is left as it is. Other text is mapped, put into NFKC and checked. Letters that are written from right to
/// left are refused altogether, as the standard library does not tell the classes that RFC 3454 section 6 asks for;
/// so are characters that were not in Unicode 3.2, whose form might differ from one client to the next.
enum SASLprep {
    /// The prepared text; nil when it holds what is not allowed, or nothing is left of it.
    static func prepare(_ text: String) -> String? {
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text.isEmpty ? nil : text }
        var mapped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !isMappedToNothing(scalar) {
            mapped.append(isSpace(scalar) ? " " : scalar)
        }
        let normal = String(mapped).precomposedStringWithCompatibilityMapping
        guard !normal.isEmpty, normal.unicodeScalars.allSatisfy(isAllowed) else { return nil }
        return normal
    }

    /// RFC 3454 B.1
    private static func isMappedToNothing(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0xAD, 0x34F, 0x1806, 0x180B...0x180D, 0x200B...0x200D, 0x2060, 0xFE00...0xFE0F, 0xFEFF: true
        default: false
        }
    }

    /// RFC 3454 C.1.2
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0x7F && scalar.properties.generalCategory == .spaceSeparator
    }

    /// RFC 4013 2.3 to 2.5
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // C.2, C.3, C.5 and the unassigned ones; the tags and marks of C.8 and C.9 are formats.
        case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default: break
        }
        guard let age = scalar.properties.age, age.major < 3 || (age.major == 3 && age.minor <= 2) else { return false }
        switch scalar.value {
        // C.6, C.7 and what C.8 has beside formats.
        case 0xFFF9...0xFFFD, 0x2FF0...0x2FFB, 0x340, 0x341: return false
        // C.4
        case 0xFDD0...0xFDEF: return false
        case let value where value & 0xFFFE == 0xFFFE: return false
        // From right to left.
        case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFE: return false
        default: return true
        }
    }
}

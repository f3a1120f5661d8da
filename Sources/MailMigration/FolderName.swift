import IMAPSyntax
import LightMailCore

/// Names of mailboxes as files have them: levels, each in modified UTF-7 (RFC 3501 5.1.3).
enum FolderName {
    /// The name here of a name elsewhere. What a name cannot have here is replaced by `_`; bytes that are neither modified
    /// UTF-7 nor UTF-8 are taken as ISO 8859-1, so that no mail is left behind for its mailbox's name.
    ///
    /// - Parameter isEscaped: whether `%` and two digits stand for a byte, as in the files of an export.
    /// - Throws: `MigrationError` item when even so there is no such name: too long, too deep, nothing in it.
    static func path(
        _ levels: some Sequence<some Collection<UInt8>>, isEscaped: Bool = true
    ) throws(MigrationError) -> MailboxPath {
        let name = levels.map { level in Array(text(isEscaped ? unescaped(Array(level)) : Array(level)).utf8) }.joined(
            separator: [MailboxPath.separator])
        do throws(StoreError) {
            return try MailboxPath(Array(name))
        } catch {
            guard case .invalid(let reason) = error.kind else { throw MigrationError(.item, error.description) }
            throw MigrationError(.item, reason)
        }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        let decoded = (try? ModifiedUTF7.decode(bytes)) ?? bytes
        let text =
            String(validating: decoded, as: UTF8.self)
            ?? String(String.UnicodeScalarView(decoded.map { Unicode.Scalar($0) }))
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isRefused =
                        scalar == "%" || scalar == "*" || scalar == "/" || scalar.properties.generalCategory == .control
                        || (0x2028...0x2029).contains(scalar.value)
                    return isRefused ? "_" : scalar
                }))
    }

    /// A level as a file's name: modified UTF-7, with what `escaped` holds written as `%` and two digits.
    static func file(_ level: some Collection<UInt8>, escaping escaped: [UInt8]) -> [UInt8] {
        ModifiedUTF7.encode(level).flatMap { byte -> [UInt8] in
            guard escaped.contains(byte) else { return [byte] }
            let digits = Array("0123456789abcdef".utf8)
            return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    private static func unescaped(_ name: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = name[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                rest = rest.dropFirst(2)
                result.append(value)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}

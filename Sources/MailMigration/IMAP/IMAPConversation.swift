/// A conversation with an IMAP server: one command after the other, and what the server says meanwhile.
final class IMAPConversation {
    let reader: IMAPReader
    private let send: ([UInt8]) async throws -> Void
    private var lastTag = 0

    /// A response that is not tagged.
    enum Response {
        /// EXISTS, EXPUNGE, FETCH: a number and a name; the rest is still to be read.
        case numbered(UInt32, String)
        /// LIST, SEARCH: the rest is still to be read.
        case named(String)
        /// OK with its text.
        case text([UInt8])
    }

    init(reader: IMAPReader, send: @escaping ([UInt8]) async throws -> Void) {
        self.reader = reader
        self.send = send
    }

    /// Runs a command.
    ///
    /// - Parameter body: reads the rest of the responses that it is given, to their ends.
    /// - Throws: `MigrationError` item for NO and BAD, all when the server says BYE or no IMAP.
    func command(_ text: [UInt8], _ body: (Response) async throws -> Void) async throws {
        lastTag += 1
        let tag = Array("L\(lastTag)".utf8)
        try await send(tag + [32] + text + [13, 10])
        while true {
            guard case .atom(let first) = try await reader.next() else { throw IMAPReader.malformed }
            if first == tag {
                guard case .atom(let status) = try await reader.next() else { throw IMAPReader.malformed }
                let said = printable(try await reader.text())
                guard Self.upper(status) == "OK" else { throw MigrationError(.item, "the server says: \(said)") }
                return
            }
            guard first == [UInt8(ascii: "*")], case .atom(let word) = try await reader.next() else {
                throw IMAPReader.malformed
            }
            try await untagged(Self.upper(word), body)
        }
    }

    private func untagged(_ word: String, _ body: (Response) async throws -> Void) async throws {
        if let number = UInt32(word) {
            guard case .atom(let name) = try await reader.next() else { throw IMAPReader.malformed }
            return try await body(.numbered(number, Self.upper(name)))
        }
        switch word {
        case "OK", "NO", "BAD", "PREAUTH": try await body(.text(try await reader.text()))
        case "BYE": throw MigrationError(.all, "the server says goodbye: \(printable(try await reader.text()))")
        default: try await body(.named(word))
        }
    }

    /// A name as a command has it (RFC 3501 5.1): a quoted string, or nil where it has bytes that such a string cannot have.
    static func quoted(_ name: [UInt8]) -> [UInt8]? {
        guard name.allSatisfy({ $0 != 0 && $0 != 10 && $0 != 13 }) else { return nil }
        let quote = UInt8(ascii: "\"")
        let body = name.flatMap { $0 == quote || $0 == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), $0] : [$0] }
        return [quote] + body + [quote]
    }

    static func upper(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self).uppercased() }
}

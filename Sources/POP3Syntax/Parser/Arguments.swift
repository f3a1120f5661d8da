// What stands behind the verb.

/// Reads the arguments of a command line from left to right.
struct Arguments {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// Whether nothing but blanks is left.
    var isAtEnd: Bool { bytes.allSatisfy { $0 == UInt8(ascii: " ") || $0 == 0x09 } }

    func error(_ what: String) -> CommandError {
        CommandError(.badArgument(what), offset: bytes.startIndex)
    }

    ///     number = 1*DIGIT
    ///
    /// Digits beyond what a number can hold are an error, and so is a sign.
    mutating func number(_ what: String) throws(CommandError) -> UInt64 {
        skipBlanks()
        let digits = bytes.prefix { $0 != UInt8(ascii: " ") }
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let value = UInt64(String(decoding: digits, as: UTF8.self))
        else { throw error(what) }
        bytes = bytes.dropFirst(digits.count)
        return value
    }

    /// A mechanism's name, in upper case.
    mutating func mechanism() throws(CommandError) -> String {
        skipBlanks()
        let name = bytes.prefix { $0 != UInt8(ascii: " ") }
        guard (1...20).contains(name.count), name.allSatisfy(Self.isMechanismCharacter) else {
            throw error("Mechanism expected")
        }
        bytes = bytes.dropFirst(name.count)
        return String(decoding: name, as: UTF8.self).uppercased()
    }

    /// The rest of the line as a response; nil when there is none.
    mutating func rest() -> Secret? {
        skipBlanks()
        return bytes.isEmpty ? nil : Secret(Array(bytes))
    }

    /// All that stands behind the blank, as text.
    func text(_ what: String) throws(CommandError) -> String {
        let argument = bytes.dropFirst()
        guard !argument.isEmpty else { throw error(what) }
        guard let text = String(validating: argument, as: UTF8.self) else {
            throw CommandError(.notUTF8, offset: argument.startIndex)
        }
        return text
    }

    /// All that stands behind the blank, blanks included: a password may begin and end with them (RFC 1939 7).
    func secret(_ what: String) throws(CommandError) -> Secret {
        _ = try text(what)
        return Secret(Array(bytes.dropFirst()))
    }

    private mutating func skipBlanks() {
        bytes = bytes.drop { $0 == UInt8(ascii: " ") }
    }

    private static func isMechanismCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}

/// Reads what an IMAP server says, token by token and with bounded memory: a literal is streamed, whatever its size
/// (RFC 9051 4.3), and what no server sends is an error.
final class IMAPReader {
    /// A part of a response.
    enum Token: Equatable {
        /// An atom, a number or a flag.
        case atom([UInt8])
        /// A quoted string.
        case string([UInt8])
        /// A literal of so many octets follows: `literal` must be called next.
        case literal(UInt64)
        case open
        case close
        case end
    }

    private let more: () async throws -> [UInt8]
    private var buffer: [UInt8] = []
    private var position = 0

    /// Octets of an atom, a string, or the rest of a line.
    private static let longest = 65_536

    /// - Parameter more: gives the next bytes, never none.
    init(_ more: @escaping () async throws -> [UInt8]) {
        self.more = more
    }

    private func peek() async throws -> UInt8 {
        if position == buffer.count {
            buffer = try await more()
            position = 0
            guard !buffer.isEmpty else { throw Self.malformed }
        }
        return buffer[position]
    }

    private func byte() async throws -> UInt8 {
        let byte = try await peek()
        position += 1
        return byte
    }

    static let malformed = MigrationError(.all, "the server says what is no IMAP")

    /// The next token of a response.
    func next() async throws -> Token {
        while try await peek() == 32 { position += 1 }
        switch try await peek() {
        case UInt8(ascii: "("):
            position += 1
            return .open
        case UInt8(ascii: ")"):
            position += 1
            return .close
        case UInt8(ascii: "\""):
            position += 1
            return .string(try await quoted())
        case UInt8(ascii: "{"):
            position += 1
            return .literal(try await literalSize())
        case 13, 10:
            try await lineEnd()
            return .end
        default: return .atom(try await atom())
        }
    }

    private func quoted() async throws -> [UInt8] {
        var result: [UInt8] = []
        while true {
            let next = try await byte()
            switch next {
            case UInt8(ascii: "\""): return result
            case UInt8(ascii: "\\"): result.append(try await byte())
            case 13, 10: throw Self.malformed
            default: result.append(next)
            }
            guard result.count <= Self.longest else { throw Self.malformed }
        }
    }

    private func literalSize() async throws -> UInt64 {
        var size: UInt64 = 0
        var digits = 0
        while true {
            let next = try await byte()
            if (48...57).contains(next), digits < 18 {
                size = size * 10 + UInt64(next - 48)
                digits += 1
            } else if next == UInt8(ascii: "}"), digits > 0 {
                try await lineEnd()
                return size
            } else {
                throw Self.malformed
            }
        }
    }

    private func lineEnd() async throws {
        var next = try await byte()
        if next == 13 { next = try await byte() }
        guard next == 10 else { throw Self.malformed }
    }

    private func atom() async throws -> [UInt8] {
        var result: [UInt8] = []
        while true {
            let next = try await peek()
            guard ![32, 13, 10, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\"")].contains(next) else {
                return result
            }
            result.append(next)
            position += 1
            guard result.count <= Self.longest else { throw Self.malformed }
        }
    }

    /// The rest of a line of text, without its end. Of a long one the end is left out.
    func text() async throws -> [UInt8] {
        var result: [UInt8] = []
        while true {
            let next = try await peek()
            if next == 13 || next == 10 {
                try await lineEnd()
                return result
            }
            position += 1
            if result.count < 1_000, !result.isEmpty || next != 32 { result.append(next) }
        }
    }

    /// Gives the octets of a literal to `sink`, piece by piece.
    func literal(_ size: UInt64, into sink: ([UInt8]) async throws -> Void) async throws {
        var left = size
        while left > 0 {
            _ = try await peek()
            let end = position + Int(min(left, UInt64(buffer.count - position)))
            let piece = Array(buffer[position..<end])
            position = end
            left -= UInt64(piece.count)
            try await sink(piece)
        }
    }

    /// A name or another short value: atom, string or literal.
    func value(_ token: Token) async throws -> [UInt8] {
        switch token {
        case .atom(let bytes), .string(let bytes): return bytes
        case .literal(let size):
            guard size <= UInt64(Self.longest) else { throw Self.malformed }
            var bytes: [UInt8] = []
            try await literal(size) { bytes += $0 }
            return bytes
        case .open, .close, .end: throw Self.malformed
        }
    }

    /// Passes over a value, with all that is in its parentheses.
    func skip(_ first: Token) async throws {
        var depth = 0
        var token = first
        while true {
            switch token {
            case .open: depth += 1
            case .close: depth -= 1
            case .literal(let size): try await literal(size) { _ in }
            case .end: throw Self.malformed
            case .atom, .string: break
            }
            if depth <= 0 { return }
            token = try await next()
        }
    }

    /// Passes over the rest of a response.
    func skipResponse() async throws {
        while true {
            switch try await next() {
            case .end: return
            case .literal(let size): try await literal(size) { _ in }
            default: break
            }
        }
    }
}

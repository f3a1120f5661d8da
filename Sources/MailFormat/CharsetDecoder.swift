// Converts a text to Unicode, chunk by chunk.

import Glibc

/// A streaming converter of one text. Characters may be divided between chunks. What is not valid becomes U+FFFD.
///
/// Sendable although it owns an iconv descriptor: the type cannot be copied, so the descriptor has one owner and is used
/// by one thread at a time, which is all that iconv asks.
package struct CharsetDecoder: ~Copyable, @unchecked Sendable {
    private let conversion: Charset.Conversion
    private let descriptor: iconv_t?
    /// The beginning of a character whose rest is still to come.
    private var pending: [UInt8] = []

    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
    /// iconv(3): (size_t) -1 on error.
    private static let failure = Int(-1)

    /// A converter, or nil when the system lacks the one for this character set.
    package init?(_ charset: Charset) {
        conversion = charset.conversion
        guard case .iconv(let name) = charset.conversion else {
            descriptor = nil
            return
        }
        let opened = iconv_open("UTF-8", name)
        // iconv_open(3): the error is (iconv_t) -1.
        guard let opened, Int(bitPattern: opened) != -1 else { return nil }
        descriptor = opened
    }

    deinit {
        if let descriptor { iconv_close(descriptor) }
    }

    /// Whether ASCII stands for itself where the text is now.
    package var passesASCII: Bool {
        switch conversion {
        case .latin1, .utf8: pending.isEmpty
        case .iconv: false
        }
    }

    /// Converts the next bytes of the text.
    package mutating func feed(_ bytes: RawSpan) -> String {
        let text = pending + bytes.bytes(0..<bytes.byteCount)
        pending = []
        switch conversion {
        case .latin1: return String(latin1: text)
        case .utf8:
            let whole = text.count - Self.incompleteSuffix(of: text)
            pending = Array(text[whole...])
            return String(decoding: text[..<whole], as: UTF8.self)
        case .iconv: return convert(text)
        }
    }

    /// Ends the text; a character that is not complete becomes U+FFFD.
    package mutating func finish() -> String {
        defer { pending = [] }
        return pending.isEmpty ? "" : "\u{FFFD}"
    }

    /// How many bytes at the end begin a UTF-8 character that is not complete.
    private static func incompleteSuffix(of text: [UInt8]) -> Int {
        for (distance, byte) in text.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
            let length =
                switch byte {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 1
                }
            return length > distance + 1 ? distance + 1 : 0
        }
        return 0
    }

    private mutating func convert(_ text: [UInt8]) -> String {
        guard let descriptor else { return "" }
        var input = text
        var converted: [UInt8] = []
        converted.reserveCapacity(text.count * 2)
        var unread = 0
        var isIncomplete = false
        input.withUnsafeMutableBytes { input in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { output in
                var next = input.baseAddress?.assumingMemoryBound(to: CChar.self)
                unread = input.count
                while unread > 0 {
                    var place = output.baseAddress
                    var room = output.count
                    errno = 0
                    let result = iconv(descriptor, &next, &unread, &place, &room)
                    let reason = errno
                    converted.append(contentsOf: UnsafeRawBufferPointer(output).prefix(output.count - room))
                    guard result == Self.failure else { continue }
                    if reason == EINVAL {
                        isIncomplete = true
                        break
                    }
                    if reason != E2BIG {
                        converted += Self.replacement
                        next = next.map { $0 + 1 }
                        unread -= 1
                    }
                }
            }
        }
        if isIncomplete { pending = text.suffix(unread) }
        return String(decoding: converted, as: UTF8.self)
    }
}

extension String {
    /// The text that bytes write in ISO 8859-1, where each is the code point of its value.
    init(latin1 bytes: some Collection<UInt8>) {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            if byte < 0x80 {
                encoded.append(byte)
            } else {
                encoded.append(0xC0 | byte >> 6)
                encoded.append(0x80 | byte & 0x3F)
            }
        }
        self.init(decoding: encoded, as: UTF8.self)
    }
}

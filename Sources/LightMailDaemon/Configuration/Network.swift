import Glibc

/// An address of IPv4 or IPv6 as its bytes in network order: 4 or 16 of them. An IPv4-mapped IPv6 address is kept as
/// the IPv4 address that it stands for, so that one client has one identity on a dual-stack socket.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    package let bytes: [UInt8]

    /// - Parameter bytes: 4 or 16 bytes in network order; nil for any other count.
    package init?(bytes: [UInt8]) {
        let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        switch bytes.count {
        case 4: self.bytes = bytes
        case 16: self.bytes = bytes.starts(with: mappedPrefix) ? Array(bytes[12...]) : bytes
        default: return nil
        }
    }

    /// The textual forms that inet_pton takes; no names, no zones.
    package init?(_ text: String) {
        guard text.utf8.count < 64 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &buffer) == 1 {
            self.init(bytes: Array(buffer[..<4]))
        } else if inet_pton(AF_INET6, text, &buffer) == 1 {
            self.init(bytes: buffer)
        } else {
            return nil
        }
    }

    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A network in CIDR notation (RFC 4632): an address and how many of its leading bits count.
package struct Network: Sendable, Hashable, CustomStringConvertible {
    package let address: IPAddress
    package let prefixLength: Int

    /// `ADDRESS` or `ADDRESS/BITS`. Bits set beyond the prefix are refused: they are a typing mistake more often than
    /// not, and here a mistake would decide whom we trust.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        let width = address.bytes.count * 8
        var prefixLength = width
        if parts.count == 2 {
            guard let bits = Int(parts[1]), (0...width).contains(bits), parts[1].utf8.count <= 3 else { return nil }
            prefixLength = bits
        }
        self.address = address
        self.prefixLength = prefixLength
        guard address.bytes == Network.masked(address.bytes, prefixLength) else { return nil }
    }

    /// The network that one client may be taken to own: its IPv4 address, or the /64 of its IPv6 address.
    package init(of address: IPAddress) {
        prefixLength = address.bytes.count == 4 ? 32 : 64
        let bytes = Network.masked(address.bytes, prefixLength)
        self.address = IPAddress(bytes: bytes) ?? address
    }

    package func contains(_ candidate: IPAddress) -> Bool {
        candidate.bytes.count == address.bytes.count
            && Network.masked(candidate.bytes, prefixLength) == address.bytes
    }

    package var description: String {
        "\(address)/\(prefixLength)"
    }

    private static func masked(_ bytes: [UInt8], _ bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(bits - index * 8, 0), 8)
            return kept == 0 ? 0 : byte & (0xFF << UInt8(8 - kept))
        }
    }
}

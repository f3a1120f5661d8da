import CCrypt
import Glibc

/// bcrypt through crypt_r of libcrypt.
///
/// It takes 50 ms at cost 10 and 200 ms at cost 12: call it on no event loop and on none of Swift's cooperative threads.
enum PasswordHash {
    /// Longest password that is looked at. bcrypt itself reads 72 bytes.
    static let maximumLength = 512
    /// Longest password that can be set: what bcrypt would ignore is refused rather than thrown away.
    static let longestSettable = 72

    /// Whether `password` is the one that `hash` was made of. False for what cannot be a password or is no hash.
    static func matches(_ password: [UInt8], _ hash: String) -> Bool {
        guard password.count <= maximumLength, !password.contains(0), let computed = crypt(password, hash) else {
            return false
        }
        return isEqual(computed, Array(hash.utf8))
    }

    /// A new hash with a random salt; nil when libcrypt has no bcrypt.
    static func make(_ password: [UInt8], cost: Int) -> String? {
        guard let salt = salt(cost) else { return nil }
        return crypt(password, salt).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Compares in a time that depends on the lengths alone.
    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func salt(_ cost: Int) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CRYPT_GENSALT_OUTPUT_SIZE)) { output in
            guard let base = output.baseAddress,
                crypt_gensalt_rn("$2b$", UInt(cost), nil, 0, base, Int32(output.count)) != nil
            else { return nil }
            return String(cString: base)
        }
    }

    /// crypt_data is 32 kB and has held the password: on the heap, zeroed before it is freed.
    private static func crypt(_ password: [UInt8], _ setting: String) -> [UInt8]? {
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        let size = MemoryLayout<crypt_data>.size
        memset(data, 0, size)
        defer {
            explicit_bzero(data, size)
            data.deallocate()
        }
        let phrase = password.map { CChar(bitPattern: $0) } + [0]
        guard let result = crypt_r(phrase, setting, data) else { return nil }
        let hash = String(cString: result)
        return hash.hasPrefix("*") ? nil : Array(hash.utf8)
    }
}

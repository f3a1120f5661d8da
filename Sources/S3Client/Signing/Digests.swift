// SHA-256, HMAC-SHA-256 and MD5 by libcrypto.

import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece. For one task at a time.
package final class SHA256Hasher {
    private let context: OpaquePointer

    package init() {
        // It fails for lack of memory only, where Swift itself ends the process.
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto has no memory for a digest")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    package func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The 32 bytes of the digest; the hasher starts anew.
    package func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = EVP_DigestFinal_ex(context, &digest, nil)
        _ = EVP_DigestInit_ex(context, EVP_sha256(), nil)
        return digest
    }

    /// The 32 bytes of the digest of `bytes`.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] { Digests.oneShot(bytes, EVP_sha256(), length: 32) }
}

/// HMAC-SHA-256 (RFC 2104) of a whole array.
package enum HMACSHA256 {
    /// The code in lower-case hexadecimal.
    package static func hexadecimal(key: [UInt8], _ bytes: [UInt8]) -> String {
        Digests.hex(Digests.hmac(key: key, bytes))
    }
}

/// Digests of a whole array, and their printed forms.
enum Digests {
    /// MD5 (RFC 1321), for `Content-MD5` alone.
    static func md5(_ bytes: [UInt8]) -> [UInt8] { oneShot(bytes, EVP_md5(), length: 16) }

    /// HMAC-SHA-256 (RFC 2104).
    static func hmac(key: [UInt8], _ text: String) -> [UInt8] { hmac(key: key, Array(text.utf8)) }

    /// HMAC-SHA-256 (RFC 2104).
    static func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &digest, nil)
        return digest
    }

    /// Lower-case hexadecimal.
    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Base 64 (RFC 4648 4).
    static func base64(_ bytes: [UInt8]) -> String {
        // One more octet for the NUL that libcrypto writes.
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let length = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text.prefix(Int(length)), as: UTF8.self)
    }

    fileprivate static func oneShot(_ bytes: [UInt8], _ algorithm: OpaquePointer?, length: Int) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: length)
        _ = EVP_Digest(bytes, bytes.count, &digest, nil, algorithm, nil)
        return digest
    }
}

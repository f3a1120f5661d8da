import COpenSSL
import FoundationEssentials

/// What is kept of a password so that SCRAM-SHA-256 can check it (RFC 5802 section 3, RFC 7677). It does not show the
/// password, and whoever steals it can log in nowhere with it; he can try passwords on it, at the cost of `iterations`.
struct ScramVerifier: Sendable, Equatable {
    let iterations: Int
    let salt: [UInt8]
    let storedKey: [UInt8]
    let serverKey: [UInt8]

    static let saltLength = 16

    /// - Parameter password: prepared (``SASLprep``).
    init(password: [UInt8], salt: [UInt8], iterations: Int) {
        var salted = [UInt8](repeating: 0, count: 32)
        // Hi() of RFC 5802 section 2.2.
        _ = password.withUnsafeBytes { password in
            PKCS5_PBKDF2_HMAC(
                password.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(password.count), salt,
                Int32(salt.count), Int32(iterations), EVP_sha256(), 32, &salted)
        }
        self.iterations = iterations
        self.salt = salt
        storedKey = Self.digest(Self.hmac(salted, Array("Client Key".utf8)))
        serverKey = Self.hmac(salted, Array("Server Key".utf8))
    }

    /// ServerSignature, when ClientProof is right; nil otherwise, after the same time.
    func signature(proof: [UInt8], message: [UInt8]) -> [UInt8]? {
        let clientSignature = Self.hmac(storedKey, message)
        let signature = Self.hmac(serverKey, message)
        guard proof.count == clientSignature.count else { return nil }
        let clientKey = zip(proof, clientSignature).map { $0 ^ $1 }
        return CRYPTO_memcmp(Self.digest(clientKey), storedKey, storedKey.count) == 0 ? signature : nil
    }

    // MARK: As it is stored

    /// `SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY`, in Base64.
    var text: String {
        func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
        return "SCRAM-SHA-256$\(iterations):\(base64(salt))$\(base64(storedKey)):\(base64(serverKey))"
    }

    /// Nil for what is no such text.
    init?(text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "SCRAM-SHA-256" else { return nil }
        let (first, second) = (parts[1].split(separator: ":"), parts[2].split(separator: ":"))
        guard first.count == 2, second.count == 2, let iterations = Int(first[0]), iterations > 0,
            let salt = Data(base64Encoded: String(first[1])), let stored = Data(base64Encoded: String(second[0])),
            let server = Data(base64Encoded: String(second[1])), stored.count == 32, server.count == 32
        else { return nil }
        self.init(iterations: iterations, salt: Array(salt), storedKey: Array(stored), serverKey: Array(server))
    }

    private init(iterations: Int, salt: [UInt8], storedKey: [UInt8], serverKey: [UInt8]) {
        self.iterations = iterations
        self.salt = salt
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// For a name that has no verifier: the same salt at each try, as with one that has. No password is right.
    ///
    /// - Parameter secret: shared by all processes, so that they make up the same.
    init(madeUpFor name: String, secret: [UInt8], iterations: Int) {
        func bytes(_ use: String) -> [UInt8] { Self.hmac(secret, Array("\(use)\u{0}\(name)".utf8)) }
        self.init(
            iterations: iterations, salt: Array(bytes("salt").prefix(Self.saltLength)), storedKey: bytes("stored key"),
            serverKey: bytes("server key"))
    }

    private static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &digest, nil)
        return digest
    }

    private static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        _ = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return digest
    }
}

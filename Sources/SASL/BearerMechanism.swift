// OAUTHBEARER (RFC 7628) and XOAUTH2: a bearer token in one message, and an error that the client has to acknowledge.

/// The server's side of both.
///
///     client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep        OAUTHBEARER, RFC 7628 section 3.1
///     kvpair      = key "=" value kvsep                             kvsep = %x01
///     response    = "user=" user kvsep "auth=Bearer " token kvsep kvsep                            XOAUTH2
struct BearerMechanism {
    /// Longest message: a token, and room for names, host and port.
    static let longestResponse = CredentialLimits.token + 1000

    private let hasHeader: Bool
    private var isJudged = false

    /// - Parameter hasHeader: OAUTHBEARER begins with a GS2 header, which XOAUTH2 has not.
    init(hasHeader: Bool) {
        self.hasHeader = hasHeader
    }

    /// The client speaks first.
    func start() -> MechanismStep { .challenge([]) }

    mutating func respond(_ message: [UInt8]) throws(ExchangeError) -> MechanismStep {
        // RFC 7628 section 3.2.3: a single kvsep; XOAUTH2's clients send nothing. It matters to nobody which.
        if isJudged { return .acknowledged }
        isJudged = true
        var fields = message.split(separator: 1, omittingEmptySubsequences: false)
        // Each pair ends with a separator, and so does the message: two empty fields.
        guard fields.count >= 3, fields.removeLast().isEmpty, fields.removeLast().isEmpty else {
            throw .badResponse("the message does not end as it has to")
        }
        var identity: String?
        if hasHeader { identity = try authorizationIdentity(fields.removeFirst()) }
        var token: Secret?
        for field in fields {
            guard let equals = field.firstIndex(of: UInt8(ascii: "=")) else { throw .badResponse("a pair has no =") }
            let value = field[(equals + 1)...]
            switch String(decoding: field[..<equals], as: UTF8.self) {
            case "auth": token = try bearerToken(value)
            case "user" where !hasHeader: identity = try SASL.identity(value, what: "user name")
            default: break
            }
        }
        guard let token else { throw .badResponse("there is no auth") }
        return .evidence(.token(TokenEvidence(identity: identity, token: token)))
    }

    ///     gs2-header = gs2-cbind-flag "," [ authzid ] ","
    private func authorizationIdentity(_ header: ArraySlice<UInt8>) throws(ExchangeError) -> String? {
        let fields = header.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard fields.count == 3, fields[2].isEmpty, [Array("n".utf8), Array("y".utf8)].contains(Array(fields[0])) else {
            throw .badResponse("the message has no header")
        }
        if fields[1].isEmpty { return nil }
        guard fields[1].starts(with: "a=".utf8) else { throw .badResponse("the message has no header") }
        return try Gs2.name(fields[1].dropFirst(2), what: "authorization identity")
    }

    /// RFC 6750 section 2.1; the scheme in any case.
    ///
    ///     b64token    = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
    ///     credentials = "Bearer" 1*SP b64token
    private func bearerToken(_ value: ArraySlice<UInt8>) throws(ExchangeError) -> Secret {
        let scheme = value.prefix { $0 != UInt8(ascii: " ") }
        let token = value.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }
        guard String(decoding: scheme, as: UTF8.self).lowercased() == "bearer" else {
            throw .badResponse("the token is no bearer token")
        }
        guard (1...CredentialLimits.token).contains(token.count), token.allSatisfy(Self.isTokenCharacter) else {
            throw .badResponse("bad token")
        }
        return Secret(token)
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~+/=".utf8.contains(byte)
        }
    }
}

// SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding: the messages, and no cryptography.

/// The server's side of SCRAM.
///
///     client-first-message  = gs2-header [reserved-mext ","] username "," nonce ["," extensions]
///     server-first-message  = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions]
///     client-final-message  = channel-binding "," nonce ["," extensions] "," proof
///     server-final-message  = (server-error / verifier) ["," extensions]
///
/// It refuses channel binding, which is not announced (RFC 5802 section 6), and mandatory extensions, of which there are
/// none. A failure is told by the protocol's reply alone, as section 5.1 allows, so that it says the same whatever failed.
struct ScramMechanism {
    /// Longest message: two names in which each byte may be quoted, a nonce, and some room for extensions.
    static let longestResponse = 6 * CredentialLimits.identity + 512
    /// Longest nonce of a client.
    static let longestNonce = 256

    private enum State {
        case start
        case salt(ClientFirst)
        case final(ClientFirst, serverFirst: String)
        case judged
        case over
    }

    private struct ClientFirst {
        /// With both its commas.
        let header: ArraySlice<UInt8>
        /// The rest of the message.
        let bare: ArraySlice<UInt8>
        let authorizationIdentity: String?
        let name: String
        /// The client's nonce and the server's.
        let nonce: String
    }

    private let serverNonce: String
    private var state = State.start

    /// - Parameter serverNonce: printable ASCII without a comma, and new for each exchange.
    init(serverNonce: String) {
        self.serverNonce = serverNonce
    }

    /// The client speaks first.
    func start() -> MechanismStep { .challenge([]) }

    mutating func respond(_ message: [UInt8]) throws(ExchangeError) -> MechanismStep {
        switch state {
        case .start:
            let first = try clientFirst(message)
            state = .salt(first)
            return .salt(of: first.name)
        case .final(let first, let serverFirst):
            state = .judged
            return .evidence(.scram(try clientFinal(message, first, serverFirst)))
        case .judged:
            guard message.isEmpty else { throw .badResponse("nothing more is to be said") }
            state = .over
            return .acknowledged
        case .salt, .over:
            throw .badResponse("nothing was asked")
        }
    }

    /// server-first-message
    mutating func salted(_ salt: [UInt8], iterations: Int) -> MechanismStep {
        guard case .salt(let first) = state else { return .challenge([]) }
        let text = "r=\(first.nonce),s=\(Base64.encode(salt)),i=\(iterations)"
        state = .final(first, serverFirst: text)
        return .challenge(Array(text.utf8))
    }

    /// server-final-message: the client's turn to see that the server knows the password too.
    func verifier(_ signature: [UInt8]) -> [UInt8] {
        Array("v=\(Base64.encode(signature))".utf8)
    }

    // MARK: client-first-message

    ///     gs2-header      = gs2-cbind-flag "," [ authzid ] ","
    ///     gs2-cbind-flag  = ("p=" cb-name) / "n" / "y"
    private func clientFirst(_ message: [UInt8]) throws(ExchangeError) -> ClientFirst {
        let fields = message.split(separator: comma, omittingEmptySubsequences: false)
        guard fields.count >= 4 else { throw .badResponse("SCRAM's first message is too short") }
        switch Array(fields[0]) {
        case [UInt8(ascii: "n")], [UInt8(ascii: "y")]: break
        case let flag where flag.starts(with: "p=".utf8): throw .badResponse("channel binding is not offered")
        default: throw .badResponse("SCRAM's first message has no header")
        }
        let authorization =
            try fields[1].isEmpty ? nil : Gs2.name(value(fields[1], of: "a"), what: "authorization identity")
        // reserved-mext
        guard fields[2].first != UInt8(ascii: "m") else { throw .badResponse("an extension is not supported") }
        let user = try Gs2.name(value(fields[2], of: "n"), what: "user name")
        let nonce = try value(fields[3], of: "r")
        guard (1...Self.longestNonce).contains(nonce.count), nonce.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .badResponse("bad nonce")
        }
        try checkExtensions(fields[4...])
        let bare = fields[2].startIndex
        return ClientFirst(
            header: message[..<bare], bare: message[bare...], authorizationIdentity: authorization, name: user,
            nonce: String(decoding: nonce, as: UTF8.self) + serverNonce)
    }

    // MARK: client-final-message

    private func clientFinal(
        _ message: [UInt8], _ first: ClientFirst, _ serverFirst: String
    ) throws(ExchangeError) -> ScramEvidence {
        let fields = message.split(separator: comma, omittingEmptySubsequences: false)
        guard fields.count >= 3, let last = fields.last else {
            throw .badResponse("SCRAM's final message is too short")
        }
        guard try value(fields[0], of: "c").elementsEqual(Base64.encode(first.header).utf8) else {
            throw .badResponse("the header is not that of the first message")
        }
        guard try value(fields[1], of: "r").elementsEqual(first.nonce.utf8) else {
            throw .badResponse("the nonce is not that of this exchange")
        }
        try checkExtensions(fields[2..<(fields.count - 1)])
        guard let proof = try? Base64.decode(try value(last, of: "p"), limit: 32), proof.count == 32 else {
            throw .badResponse("bad proof")
        }
        let withoutProof = message[..<(last.startIndex - 1)]
        return ScramEvidence(
            authorizationIdentity: first.authorizationIdentity, authenticationIdentity: first.name,
            message: Array([first.bare, ArraySlice(serverFirst.utf8), withoutProof].joined(separator: [comma])),
            proof: Secret(proof))
    }

    // MARK: Attributes

    private var comma: UInt8 { UInt8(ascii: ",") }

    private func value(_ field: ArraySlice<UInt8>, of attribute: Unicode.Scalar) throws(ExchangeError)
        -> ArraySlice<UInt8>
    {
        guard field.first == UInt8(ascii: attribute), field.dropFirst().first == UInt8(ascii: "=") else {
            throw .badResponse("SCRAM's \(attribute) is missing")
        }
        return field.dropFirst(2)
    }

    /// Optional extensions are read over; the mandatory one stands nowhere but where it was looked for, or is an error.
    ///
    ///     attr-val = ALPHA "=" value
    private func checkExtensions(_ fields: some Sequence<ArraySlice<UInt8>>) throws(ExchangeError) {
        for field in fields {
            guard let name = field.first, Unicode.Scalar(name).properties.isAlphabetic, name < 0x80,
                field.dropFirst().first == UInt8(ascii: "="), field.count > 2
            else { throw .badResponse("bad extension") }
            guard name != UInt8(ascii: "m") else { throw .badResponse("an extension is not supported") }
        }
    }
}

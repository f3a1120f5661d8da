// One authentication exchange as its protocol carries it: Base64 lines one way and the other, `*` to cancel.

/// The server's side of one exchange, whatever the mechanism and whichever of IMAP, SMTP or POP3 carries it.
///
/// The driver calls ``start(initialResponse:)`` once and ``receive(_:)`` for each further line, and does what the step
/// says. After evidence it calls ``accept(signature:)`` or ``refuse(tokenError:)``, which may have one more challenge to
/// send before the exchange is over. After an error it is.
package struct Exchange: Sendable {
    /// What to do next.
    package enum Step: Equatable, Sendable {
        /// Send this Base64 text, which may be empty, and wait for a line.
        case challenge(String)
        /// Look up how the password of this name is salted, and call ``salted(_:iterations:)``.
        case salt(of: String)
        /// The client has said all; check this.
        case evidence(Evidence)
        /// The client has taken note of the judgement; now send it by the protocol's own reply.
        case acknowledged
    }

    private enum State: Sendable {
        case plain(PlainMechanism)
        case login(LoginMechanism)
        case scram(ScramMechanism)
        case bearer(BearerMechanism)
    }

    private var state: State

    /// - Parameter nonce: printable ASCII without a comma, at least 18 random bytes' worth, and new for each exchange.
    package init(_ mechanism: Mechanism, nonce: String) {
        switch mechanism {
        case .plain: state = .plain(PlainMechanism())
        case .login: state = .login(LoginMechanism())
        case .scramSHA256: state = .scram(ScramMechanism(serverNonce: nonce))
        case .oauthBearer: state = .bearer(BearerMechanism(hasHeader: true))
        case .xoauth2: state = .bearer(BearerMechanism(hasHeader: false))
        }
    }

    /// Longest line the client may answer with, in bytes without the line end.
    package var longestLine: Int {
        (longestResponse + 2) / 3 * 4
    }

    /// Begins. `initialResponse` is the Base64 text sent with the command, `=` standing for an empty response
    /// (RFC 4954 section 4, RFC 4959 section 3); nil when the command carried none.
    package mutating func start(initialResponse: (some Collection<UInt8>)?) throws(ExchangeError) -> Step {
        guard let initialResponse else {
            switch state {
            case .plain(let mechanism): return step(mechanism.start())
            case .login(let mechanism): return step(mechanism.start())
            case .scram(let mechanism): return step(mechanism.start())
            case .bearer(let mechanism): return step(mechanism.start())
            }
        }
        if initialResponse.count == 1, initialResponse.first == UInt8(ascii: "=") { return try respond([]) }
        return try receive(initialResponse)
    }

    /// Begins without an initial response.
    package mutating func start() throws(ExchangeError) -> Step {
        try start(initialResponse: [UInt8]?.none)
    }

    /// Goes on with a line from the client, without its line end.
    package mutating func receive(_ line: some Collection<UInt8>) throws(ExchangeError) -> Step {
        if line.count == 1, line.first == UInt8(ascii: "*") { throw .cancelled }
        let response: [UInt8]
        do throws(Base64.DecodingError) {
            response = try Base64.decode(line, limit: longestResponse)
        } catch {
            throw .badEncoding(error)
        }
        return try respond(response)
    }

    /// Goes on after ``Step/salt(of:)``.
    ///
    /// - Parameters:
    ///   - salt: of the name that was asked for; for one that nobody has, always the same made-up one.
    ///   - iterations: RFC 7677 section 4 asks for at least 4096.
    package mutating func salted(_ salt: [UInt8], iterations: Int) -> Step {
        guard case .scram(var mechanism) = state else { return .acknowledged }
        let next = mechanism.salted(salt, iterations: iterations)
        state = .scram(mechanism)
        return step(next)
    }

    /// The evidence is good.
    ///
    /// - Parameter signature: SCRAM's ServerSignature, by which the client knows the server.
    /// - Returns: a last challenge to send, whose answer to wait for; nil when the protocol's reply is all there is to say.
    package func accept(signature: [UInt8]?) -> String? {
        guard case .scram(let mechanism) = state, let signature else { return nil }
        return Base64.encode(mechanism.verifier(signature))
    }

    /// The evidence is not good.
    ///
    /// - Parameter tokenError: the JSON text that says what is wrong with a token (RFC 7628 section 3.2.2).
    /// - Returns: as ``accept(signature:)``.
    package func refuse(tokenError: String) -> String? {
        guard case .bearer = state else { return nil }
        return Base64.encode(Array(tokenError.utf8))
    }

    private var longestResponse: Int {
        switch state {
        case .plain: PlainMechanism.longestResponse
        case .login: LoginMechanism.longestResponse
        case .scram: ScramMechanism.longestResponse
        case .bearer: BearerMechanism.longestResponse
        }
    }

    private mutating func respond(_ response: [UInt8]) throws(ExchangeError) -> Step {
        switch state {
        case .plain(let mechanism):
            return step(try mechanism.respond(response))
        case .login(var mechanism):
            let next = try mechanism.respond(response)
            state = .login(mechanism)
            return step(next)
        case .scram(var mechanism):
            let next = try mechanism.respond(response)
            state = .scram(mechanism)
            return step(next)
        case .bearer(var mechanism):
            let next = try mechanism.respond(response)
            state = .bearer(mechanism)
            return step(next)
        }
    }

    private func step(_ step: MechanismStep) -> Step {
        switch step {
        case .challenge(let bytes): .challenge(Base64.encode(bytes))
        case .salt(let name): .salt(of: name)
        case .evidence(let evidence): .evidence(evidence)
        case .acknowledged: .acknowledged
        }
    }
}

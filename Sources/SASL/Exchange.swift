// One authentication exchange as its protocol carries it: Base64 lines one way and the other, `*` to cancel.

/// The server's side of one exchange, whatever the mechanism and whichever of IMAP, SMTP or POP3 carries it.
///
/// The protocol calls ``start(initialResponse:)`` once and ``receive(_:)`` for each further line, sends each
/// ``Step/challenge(_:)`` with its own prefix (`+ `, `334 `), and asks the account store about the
/// ``Step/evidence(_:)``. After evidence or an error the exchange is over.
package struct Exchange: Sendable {
    /// What to do next.
    package enum Step: Equatable, Sendable {
        /// Send this Base64 text, which may be empty, and wait for a line.
        case challenge(String)
        /// The client has said all; check this.
        case evidence(Evidence)
    }

    private enum State: Sendable {
        case plain(PlainMechanism)
        case login(LoginMechanism)
    }

    private var state: State

    package init(_ mechanism: Mechanism) {
        switch mechanism {
        case .plain: state = .plain(PlainMechanism())
        case .login: state = .login(LoginMechanism())
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

    private var longestResponse: Int {
        switch state {
        case .plain: PlainMechanism.longestResponse
        case .login: LoginMechanism.longestResponse
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
        }
    }

    private func step(_ step: MechanismStep) -> Step {
        switch step {
        case .challenge(let bytes): .challenge(Base64.encode(bytes))
        case .evidence(let evidence): .evidence(evidence)
        }
    }
}

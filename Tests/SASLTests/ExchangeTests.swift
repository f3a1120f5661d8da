import Testing

@testable import SASL

@Suite struct ExchangeTests {
    private func plain(_ message: String) -> [UInt8] { Array(Base64.encode(Array(message.utf8)).utf8) }

    private func evidence(_ name: String, _ password: String, actingAs other: String? = nil) -> Exchange.Step {
        .evidence(
            .password(
                PasswordEvidence(
                    authorizationIdentity: other, authenticationIdentity: name, password: Secret(password.utf8))))
    }

    /// RFC 4616 section 4.
    @Test func plainTakesAnInitialResponse() throws {
        var exchange = Exchange(.plain, nonce: "3rfcNHYJY1ZVvWVs7j")
        #expect(
            try exchange.start(initialResponse: plain("\0tim\0tanstaaftanstaaf")) == evidence("tim", "tanstaaftanstaaf")
        )
    }

    @Test func plainAsksWithAnEmptyChallenge() throws {
        var exchange = Exchange(.plain, nonce: "3rfcNHYJY1ZVvWVs7j")
        #expect(try exchange.start() == .challenge(""))
        #expect(
            try exchange.receive(plain("Ursel\0Kurt\0xipj3plmq")) == evidence("Kurt", "xipj3plmq", actingAs: "Ursel"))
    }

    @Test(arguments: [
        "", "\0", "\0\0", "\0tim\0", "\0\0secret", "tim", "tim\0secret", "\0tim\0secret\0", "\0tim\0sec\0ret",
        "\0" + String(repeating: "n", count: 256) + "\0secret",
        String(repeating: "n", count: 256) + "\0tim\0secret",
        "\0tim\0" + String(repeating: "p", count: 513),
    ])
    func plainRefuses(message: String) {
        var exchange = Exchange(.plain, nonce: "3rfcNHYJY1ZVvWVs7j")
        #expect {
            try exchange.start(initialResponse: message.isEmpty ? Array("=".utf8) : plain(message))
        } throws: { error in
            guard case .badResponse = error as? ExchangeError else { return false }
            return true
        }
    }

    @Test func plainTakesTheLongestFields() throws {
        let name = String(repeating: "n", count: CredentialLimits.identity)
        let secret = String(repeating: "p", count: CredentialLimits.password)
        var exchange = Exchange(.plain, nonce: "3rfcNHYJY1ZVvWVs7j")
        let line = plain("\(name)\0\(name)\0\(secret)")
        #expect(line.count <= exchange.longestLine)
        #expect(try exchange.start(initialResponse: line) == evidence(name, secret, actingAs: name))
    }

    @Test func plainRefusesWhatIsNotUTF8() {
        var exchange = Exchange(.plain, nonce: "3rfcNHYJY1ZVvWVs7j")
        let message = [0] + Array("tim".utf8) + [0, 0xFF, 0xFE]
        #expect(throws: ExchangeError.badResponse("password is not UTF-8")) {
            try exchange.start(initialResponse: Array(Base64.encode(message).utf8))
        }
    }

    @Test func loginAsksForNameThenPassword() throws {
        var exchange = Exchange(.login, nonce: "3rfcNHYJY1ZVvWVs7j")
        #expect(try exchange.start() == .challenge(Base64.encode(Array("Username:".utf8))))
        #expect(try exchange.receive(plain("tim")) == .challenge(Base64.encode(Array("Password:".utf8))))
        #expect(try exchange.receive(plain("sesame")) == evidence("tim", "sesame"))
    }

    @Test func loginTakesTheNameAsInitialResponse() throws {
        var exchange = Exchange(.login, nonce: "3rfcNHYJY1ZVvWVs7j")
        #expect(
            try exchange.start(initialResponse: plain("tim")) == .challenge(Base64.encode(Array("Password:".utf8))))
        #expect(try exchange.receive(plain("sesame")) == evidence("tim", "sesame"))
    }

    @Test func loginRefusesEmptyNameAndNULInThePassword() throws {
        var exchange = Exchange(.login, nonce: "3rfcNHYJY1ZVvWVs7j")
        _ = try exchange.start()
        #expect(throws: ExchangeError.badResponse("empty user name")) { try exchange.receive([]) }
        _ = try exchange.receive(plain("tim"))
        #expect(throws: ExchangeError.badResponse("password is not UTF-8")) {
            try exchange.receive(plain("ses\0ame"))
        }
    }

    @Test(arguments: Mechanism.allCases)
    func asteriskCancels(mechanism: Mechanism) throws {
        var exchange = Exchange(mechanism, nonce: "3rfcNHYJY1ZVvWVs7j")
        _ = try exchange.start()
        #expect(throws: ExchangeError.cancelled) { try exchange.receive(Array("*".utf8)) }
    }

    @Test(arguments: Mechanism.allCases)
    func refusesALineLongerThanAnyHonestOne(mechanism: Mechanism) throws {
        var exchange = Exchange(mechanism, nonce: "3rfcNHYJY1ZVvWVs7j")
        _ = try exchange.start()
        let line = [UInt8](repeating: UInt8(ascii: "A"), count: exchange.longestLine + 4)
        #expect(throws: ExchangeError.badEncoding(.tooLong)) { try exchange.receive(line) }
    }

    @Test func mechanismsAreNamedWithoutRegardToCase() {
        #expect(Mechanism(named: "plain") == .plain)
        #expect(Mechanism(named: "Login") == .login)
        #expect(Mechanism(named: "CRAM-MD5") == nil)
    }
}

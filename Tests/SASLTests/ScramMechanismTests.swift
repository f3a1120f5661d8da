// The messages of SCRAM-SHA-256: the example of RFC 7677, and what is refused at each step. The cryptography is tested
// where it is, with the accounts.

import Testing

@testable import SASL

@Suite struct ScramMechanismTests {
    private static let nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    private static let both = "rOprNGfwEbeRWgbNEkqO" + nonce
    private static let salt: [UInt8] = [91, 109, 153, 104, 157, 18, 53, 142, 236, 160, 75, 20, 18, 54, 250, 129]
    private static let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="

    private func line(_ message: String) -> [UInt8] { Array(Base64.encode(Array(message.utf8)).utf8) }
    private func challenge(_ message: String) -> Exchange.Step { .challenge(Base64.encode(Array(message.utf8))) }
    private func exchange() -> Exchange { Exchange(.scramSHA256, nonce: Self.nonce) }

    /// RFC 7677 section 3.
    @Test func theExampleOfTheRFC() throws {
        var exchange = exchange()
        #expect(try exchange.start() == .challenge(""))
        #expect(try exchange.receive(line("n,,n=user,r=rOprNGfwEbeRWgbNEkqO")) == .salt(of: "user"))
        let serverFirst = "r=\(Self.both),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        #expect(exchange.salted(Self.salt, iterations: 4096) == challenge(serverFirst))
        let step = try exchange.receive(line("c=biws,r=\(Self.both),p=\(Self.proof)"))
        guard case .evidence(.scram(let evidence)) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(evidence.authenticationIdentity == "user")
        #expect(evidence.authorizationIdentity == nil)
        #expect(
            String(decoding: evidence.message, as: UTF8.self)
                == "n=user,r=rOprNGfwEbeRWgbNEkqO,\(serverFirst),c=biws,r=\(Self.both)")
        #expect(evidence.proof.withBytes { Base64.encode($0) } == Self.proof)
        #expect(exchange.accept(signature: [1, 2, 3]) == Base64.encode(Array("v=AQID".utf8)))
        #expect(try exchange.receive([]) == .acknowledged)
        #expect(throws: ExchangeError.self) { try exchange.receive([]) }
    }

    @Test func namesAreUnquotedAndExtensionsReadOver() throws {
        var exchange = exchange()
        let first = line("y,a=o=2Cther=3D,n=u=3Ds=2Cer,r=abc,x=extension,Z=1")
        #expect(try exchange.start(initialResponse: first) == .salt(of: "u=s,er"))
        _ = exchange.salted(Self.salt, iterations: 4096)
        let header = Base64.encode(Array("y,a=o=2Cther=3D,".utf8))
        let step = try exchange.receive(line("c=\(header),r=abc\(Self.nonce),q=more,p=\(Self.proof)"))
        guard case .evidence(.scram(let evidence)) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(evidence.authorizationIdentity == "o,ther=")
        #expect(evidence.authenticationIdentity == "u=s,er")
        #expect(
            String(decoding: evidence.message, as: UTF8.self).hasSuffix(
                ",c=\(header),r=abc\(Self.nonce),q=more"))
    }

    @Test(arguments: [
        "", "n", "n,,", "n,,n=user", "n,,r=abc,n=user", "x,,n=user,r=abc", "n,b=x,n=user,r=abc", "n,a=,n=user,r=abc",
        "n,,n=,r=abc", "n,,n=us=er,r=abc", "n,,n=us=2,r=abc", "n,,n=us=2c,r=abc", "n,,n=user,r=", "n,,n=user,r=a b",
        "n,,n=user,r=a\u{e9}", "n,,m=ext,n=user,r=abc", "n,,n=user,r=abc,m=ext", "n,,n=user,r=abc,x",
        "n,,n=user,r=abc,x=", "n,,n=user,r=abc,=x", "n,,n=us\0er,r=abc", "p=tls-unique,,n=user,r=abc",
        "p=tls-exporter,,n=user,r=abc", "n,,n=\(String(repeating: "u", count: 256)),r=abc",
        "n,,n=user,r=\(String(repeating: "r", count: 257))",
    ])
    func refusesTheFirstMessage(_ message: String) {
        var exchange = exchange()
        #expect {
            try exchange.start(initialResponse: message.isEmpty ? Array("=".utf8) : line(message))
        } throws: { error in
            guard case .badResponse = error as? ExchangeError else { return false }
            return true
        }
    }

    @Test(arguments: [
        "", "c=biws", "c=biws,r=\(both)", "c=eSws,r=\(both),p=\(proof)", "c=biws,r=rOprNGfwEbeRWgbNEkqO,p=\(proof)",
        "c=biws,r=\(both)x,p=\(proof)", "r=\(both),c=biws,p=\(proof)", "c=biws,r=\(both),p=\(proof),x=1",
        "c=biws,r=\(both),p=", "c=biws,r=\(both),p=AQID", "c=biws,r=\(both),p=\(proof)AAAA", "c=biws,r=\(both),p=!",
        "c=biws,r=\(both),m=ext,p=\(proof)", "c=biwsAA==,r=\(both),p=\(proof)",
    ])
    func refusesTheFinalMessage(_ message: String) throws {
        var exchange = exchange()
        _ = try exchange.start(initialResponse: line("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"))
        _ = exchange.salted(Self.salt, iterations: 4096)
        #expect {
            try exchange.receive(line(message))
        } throws: { error in
            guard case .badResponse = error as? ExchangeError else { return false }
            return true
        }
    }

    @Test func theLongestMessagesFit() throws {
        var exchange = exchange()
        // Each comma is three bytes when it is quoted.
        let name = String(repeating: "=2C", count: CredentialLimits.identity)
        let nonce = String(repeating: "r", count: ScramMechanism.longestNonce)
        let first = line("n,a=\(name),n=\(name),r=\(nonce)")
        #expect(first.count <= exchange.longestLine)
        #expect(
            try exchange.start(initialResponse: first)
                == .salt(of: String(repeating: ",", count: CredentialLimits.identity)))
        _ = exchange.salted(Self.salt, iterations: 4096)
        let final = line(
            "c=\(Base64.encode(Array("n,a=\(name),".utf8))),r=\(nonce)\(Self.nonce),p=\(Self.proof)")
        #expect(final.count <= exchange.longestLine)
        guard case .evidence = try exchange.receive(final) else {
            Issue.record("no evidence")
            return
        }
    }

    @Test func theClientHasNothingToAddAtTheEnd() throws {
        var exchange = exchange()
        _ = try exchange.start(initialResponse: line("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"))
        _ = exchange.salted(Self.salt, iterations: 4096)
        _ = try exchange.receive(line("c=biws,r=\(Self.both),p=\(Self.proof)"))
        #expect(throws: ExchangeError.self) { try exchange.receive(line("more")) }
    }
}

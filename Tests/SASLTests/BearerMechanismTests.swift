// OAUTHBEARER and XOAUTH2.

import Testing

@testable import SASL

@Suite struct BearerMechanismTests {
    private func line(_ message: String) -> [UInt8] { Array(Base64.encode(Array(message.utf8)).utf8) }

    private func evidence(_ identity: String?, _ token: String) -> Exchange.Step {
        .evidence(.token(TokenEvidence(identity: identity, token: Secret(token.utf8))))
    }

    /// RFC 7628 section 4.1.
    @Test func theExampleOfTheRFC() throws {
        var exchange = Exchange(.oauthBearer, nonce: "")
        let text = """
            bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI\
            HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB
            """
        #expect(
            try exchange.start(initialResponse: Array(text.utf8))
                == evidence("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="))
        #expect(exchange.accept(signature: nil) == nil)
    }

    @Test(
        arguments: [
            ("n,,\u{1}auth=Bearer abc\u{1}\u{1}", nil, "abc"),
            (
                "y,a=o=2Cther=3D,\u{1}x=y\u{1}auth=bEARER   a.b-c_d~e+f/g==\u{1}host=h\u{1}\u{1}", "o,ther=",
                "a.b-c_d~e+f/g=="
            ),
            ("n,a=user,\u{1}user=ignored\u{1}auth=Bearer abc\u{1}\u{1}", "user", "abc"),
        ] as [(String, String?, String)])
    func takesOAUTHBEARER(_ message: String, identity: String?, token: String) throws {
        var exchange = Exchange(.oauthBearer, nonce: "")
        #expect(try exchange.start() == .challenge(""))
        #expect(try exchange.receive(line(message)) == evidence(identity, token))
    }

    @Test func takesXOAUTH2() throws {
        var exchange = Exchange(.xoauth2, nonce: "")
        let message = line(
            "user=someuser@example.com\u{1}auth=Bearer vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==\u{1}\u{1}")
        #expect(
            try exchange.start(initialResponse: message)
                == evidence("someuser@example.com", "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg=="))
    }

    @Test(arguments: [
        "", "\u{1}", "n,,\u{1}\u{1}", "n,,\u{1}auth=Bearer abc", "n,,\u{1}auth=Bearer abc\u{1}",
        "n,,\u{1}auth=\u{1}\u{1}",
        "n,,\u{1}auth=Bearer\u{1}\u{1}", "n,,\u{1}auth=Bearer \u{1}\u{1}", "n,,\u{1}auth=Basic abc\u{1}\u{1}",
        "n,,\u{1}auth=Bearer a b\u{1}\u{1}", "n,,\u{1}auth=Bearer a\0b\u{1}\u{1}", "n,,\u{1}auth\u{1}\u{1}",
        "x,,\u{1}auth=Bearer abc\u{1}\u{1}", "n,\u{1}auth=Bearer abc\u{1}\u{1}", "n,b=x,\u{1}auth=Bearer abc\u{1}\u{1}",
        "n,a=,\u{1}auth=Bearer abc\u{1}\u{1}", "n,a==,\u{1}auth=Bearer abc\u{1}\u{1}",
        "p=tls-unique,,\u{1}auth=Bearer abc\u{1}\u{1}", "auth=Bearer abc\u{1}\u{1}",
        "n,,\u{1}auth=Bearer \(String(repeating: "t", count: CredentialLimits.token + 1))\u{1}\u{1}",
    ])
    func refuses(_ message: String) {
        var exchange = Exchange(.oauthBearer, nonce: "")
        #expect {
            try exchange.start(initialResponse: message.isEmpty ? Array("=".utf8) : line(message))
        } throws: { error in
            guard case .badResponse = error as? ExchangeError else { return false }
            return true
        }
    }

    /// RFC 7628 section 4.3.
    @Test(arguments: [Mechanism.oauthBearer, .xoauth2], ["AQ==", ""])
    func aRefusalIsAcknowledged(_ mechanism: Mechanism, answer: String) throws {
        var exchange = Exchange(mechanism, nonce: "")
        let header = mechanism == .oauthBearer ? "n,,\u{1}" : ""
        _ = try exchange.start(initialResponse: line("\(header)auth=Bearer abc\u{1}\u{1}"))
        let text = #"{"status":"invalid_token"}"#
        #expect(exchange.refuse(tokenError: text) == Base64.encode(Array(text.utf8)))
        #expect(try exchange.receive(Array(answer.utf8)) == .acknowledged)
    }
}

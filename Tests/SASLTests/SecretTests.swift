import Testing

@testable import SASL

@Suite struct SecretTests {
    @Test func neverPrints() {
        let secret = Secret("open sesame".utf8)
        let evidence = Evidence.password(PasswordEvidence(authenticationIdentity: "tim", password: secret))
        var dumped = ""
        dump(secret, to: &dumped)
        dump(evidence, to: &dumped)
        let everything = "\(secret) \(String(reflecting: secret)) \(evidence) \(String(reflecting: evidence)) \(dumped)"
        #expect(!everything.contains("sesame"))
        #expect(!everything.contains("115"))
        #expect(everything.contains("<redacted>"))
    }

    @Test func lendsItsBytes() {
        #expect(Secret("abc".utf8).withBytes { $0 } == Array("abc".utf8))
        #expect(Secret("abc".utf8).count == 3)
    }

    @Test(arguments: [
        ("", "", true), ("a", "a", true), ("a", "b", false), ("a", "", false), ("abc", "abd", false),
        ("abc", "bbc", false), ("abc", "abcd", false),
    ])
    func comparesContents(left: String, right: String, equal: Bool) {
        #expect(equalInConstantTime(Array(left.utf8), Array(right.utf8)) == equal)
        #expect((Secret(left.utf8) == Secret(right.utf8)) == equal)
    }
}

// SCRAM's cryptography, on the example of RFC 7677, and what passwords are prepared to.

import Foundation
import Testing

@testable import LightMailCore

@Suite struct ScramVerifierTests {
    private static let salt = Array(Data(base64Encoded: "W22ZaJ0SNY7soEsUEjb6gQ==") ?? Data())
    private static let message = Array(
        ("n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,"
            + "i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0").utf8)
    private static let proof = Array(Data(base64Encoded: "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=") ?? Data())

    /// RFC 7677 section 3.
    @Test func theExampleOfTheRFC() throws {
        let verifier = ScramVerifier(password: Array("pencil".utf8), salt: Self.salt, iterations: 4096)
        let signature = try #require(verifier.signature(proof: Self.proof, message: Self.message))
        #expect(Data(signature).base64EncodedString() == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        for index in [0, 15, 31] {
            var wrong = Self.proof
            wrong[index] ^= 1
            #expect(verifier.signature(proof: wrong, message: Self.message) == nil)
        }
        #expect(verifier.signature(proof: [], message: Self.message) == nil)
        #expect(verifier.signature(proof: Self.proof, message: Self.message + [44]) == nil)
        let other = ScramVerifier(password: Array("pencils".utf8), salt: Self.salt, iterations: 4096)
        #expect(other.signature(proof: Self.proof, message: Self.message) == nil)
    }

    @Test func isReadAsItIsWritten() {
        let verifier = ScramVerifier(password: Array("pencil".utf8), salt: Self.salt, iterations: 4096)
        #expect(ScramVerifier(text: verifier.text) == verifier)
        #expect(verifier.text.hasPrefix("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"))
        #expect(verifier.text.utf8.count <= 255)
    }

    @Test(arguments: [
        "", "SCRAM-SHA-256", "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA", "SCRAM-SHA-1$4096:AAAA$AAAA:AAAA",
        "SCRAM-SHA-256$0:AAAA$AAAA:AAAA", "SCRAM-SHA-256$4096$AAAA", "$2b$10$abc",
    ])
    func refuses(_ text: String) {
        #expect(ScramVerifier(text: text) == nil)
    }

    @Test func madeUpSaltsStayAndFitNobody() {
        func madeUp(_ name: String, _ secret: UInt8) -> ScramVerifier {
            ScramVerifier(madeUpFor: name, secret: [UInt8](repeating: secret, count: 32), iterations: 4096)
        }
        let verifier = madeUp("a@example.test", 1)
        #expect(verifier == madeUp("a@example.test", 1))
        #expect(verifier.salt.count == ScramVerifier.saltLength)
        #expect(verifier.salt != madeUp("b@example.test", 1).salt)
        #expect(verifier.salt != madeUp("a@example.test", 2).salt)
        #expect(verifier.signature(proof: Self.proof, message: Self.message) == nil)
    }
}

@Suite struct SASLprepTests {
    /// RFC 4013 section 3, and what stays as it is.
    @Test(arguments: [
        ("I\u{AD}X", "IX"), ("user", "user"), ("USER", "USER"), ("\u{AA}", "a"), ("\u{2168}", "IX"),
        ("pass word !~", "pass word !~"), ("e\u{301}", "\u{e9}"), ("a\u{A0}b", "a b"), ("\u{3000}x", " x"),
        ("\u{FF21}", "A"), ("a\u{200B}b", "a b"), ("\u{5D0}", "\u{5D0}"), ("\u{627}1\u{628}", "\u{627}1\u{628}"),
    ])
    func prepares(_ text: String, to prepared: String) throws {
        let result = try #require(SASLprep.prepare(text))
        #expect(Array(result.utf8) == Array(prepared.utf8))
    }

    @Test(arguments: [
        "", "\u{AD}", "\u{7}", "a\u{7F}", "a\0b", "\u{627}\u{31}", "\u{5D0}a\u{5D0}", "\u{E000}", "\u{FFFE}",
        "\u{FFFD}", "\u{2028}", "\u{200E}", "\u{E0001}", "\u{1F600}", "\u{378}",
    ])
    func refuses(_ text: String) {
        #expect(SASLprep.prepare(text) == nil)
    }
}

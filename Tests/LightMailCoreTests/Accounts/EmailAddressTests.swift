import Testing

@testable import LightMailCore

@Suite struct EmailAddressTests {
    @Test(
        arguments: [
            ("User@Example.COM", "user@example.com", nil),
            ("user+a+b@example.com", "user+a+b@example.com", "user@example.com"),
            ("+a@example.com", "+a@example.com", nil),
            ("\"a@b\"@example.com", "\"a@b\"@example.com", nil),
        ] as [(String, String, String?)])
    func normalises(_ written: String, _ kept: String, _ plain: String?) throws {
        let address = try EmailAddress(written)
        #expect(address.description == kept)
        #expect(address.withoutDetail?.description == plain)
    }

    @Test(arguments: [
        "", "user", "@example.com", "user@", "user@a..b", "us er@example.com", "u\r\n@example.com", "u@ex_ample",
    ])
    func refuses(_ text: String) {
        #expect(throws: StoreError.self) { try EmailAddress(text) }
    }
}

@Suite struct PasswordTests {
    private let verifier = PasswordVerifier(parallelism: 1, cost: 4, remembered: .seconds(60))

    private func verdict(
        _ password: String, _ hash: String?, of name: String = "a@example.test"
    ) async throws -> PasswordVerifier.Verdict {
        try await verifier.verify(Array(password.utf8), against: hash, of: name)
    }

    @Test func acceptsTheRightOneAlone() async throws {
        let hash = try await verifier.hash(Array("secret".utf8))
        #expect(hash.hasPrefix("$2b$04$"))
        #expect(try await verdict("secret", hash) == .right)
        #expect(try await verdict("secret", hash) == .right)
        #expect(try await verdict("Secret", hash) == .wrong)
        #expect(try await verdict("secret", nil) == .wrong)
        // A password that was proved counts for the hash that it was proved against.
        let other = try await verifier.hash(Array("other".utf8))
        #expect(try await verdict("secret", other) == .wrong)
    }

    @Test func whatWasWrongBeforeIsNoGuess() async throws {
        for hash in [try await verifier.hash(Array("secret".utf8)), nil] {
            #expect(try await verdict("wrong", hash) == .wrong)
            #expect(try await verdict("wrong", hash) == .wrongAgain)
            #expect(try await verdict("other", hash) == .wrong)
            #expect(try await verdict("wrong", hash, of: "b@example.test") == .wrong)
        }
        // It may have become the right one.
        let changed = try await verifier.hash(Array("wrong".utf8))
        #expect(try await verdict("wrong", changed) == .right)
    }

    @Test(arguments: [[], [65, 0, 66], Array(repeating: 65, count: 73)] as [[UInt8]])
    func refusesToSet(_ password: [UInt8]) async {
        await #expect(throws: StoreError.self) { try await verifier.hash(password) }
    }

    @Test(arguments: ["", "*0", "plain", "$2b$04$short", "$1$abc$def"])
    func aStrangeHashMatchesNothing(_ hash: String) async throws {
        #expect(try await verdict("secret", hash) == .wrong)
    }
}

import Testing

@Suite struct TranscriptTests {
    @Test(arguments: Transcript.all, [false, true])
    func transcript(_ transcript: Transcript, byteByByte: Bool) async throws {
        try await transcript.run(byteByByte: byteByByte)
    }

    @Test func thereAreTranscripts() {
        #expect(Transcript.all.count >= 8)
    }
}

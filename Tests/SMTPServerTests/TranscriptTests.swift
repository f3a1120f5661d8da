import Testing

@Suite struct TranscriptTests {
    @Test func thereAreTranscripts() {
        #expect(!Transcript.all.isEmpty)
    }

    @Test(.timeLimit(.minutes(2)), arguments: Transcript.all)
    func plays(transcript: Transcript) async throws {
        try await transcript.run(byteByByte: false)
    }

    @Test(.timeLimit(.minutes(2)), arguments: Transcript.all)
    func playsByteByByte(transcript: Transcript) async throws {
        try await transcript.run(byteByByte: true)
    }
}

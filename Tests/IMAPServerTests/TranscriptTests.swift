import Testing

@Suite struct TranscriptTests {
    @Test(arguments: Transcript.all, [Transcript.Stage.oneServer, .byteByByte])
    func transcript(_ transcript: Transcript, on stage: Transcript.Stage) async throws {
        try await transcript.run(on: stage)
    }

    @Test(arguments: Transcript.all.filter(\.hasSeveralConnections))
    func transcriptInTwoProcesses(_ transcript: Transcript) async throws {
        try await transcript.run(on: .twoServers)
    }

    @Test func thereAreTranscripts() {
        #expect(Transcript.all.count >= 10)
    }
}

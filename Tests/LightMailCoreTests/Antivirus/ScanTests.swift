import Logging
import Testing

@testable import LightMailCore

@Suite struct ScanTests {
    static let replies: [(reply: String, verdict: ScanVerdict)] = [
        ("stream: OK", .clean),
        ("stream: Eicar-Test-Signature FOUND", .infected("Eicar-Test-Signature")),
        ("stream: Win.Test.EICAR_HDB-1(44d88612:68) FOUND", .infected("Win.Test.EICAR_HDB-1(44d88612:68)")),
        ("INSTREAM size limit exceeded. ERROR", .tooLarge),
        ("INSTREAM: No temporary file. ERROR", .unavailable("clamd says: INSTREAM: No temporary file. ERROR")),
        ("UNKNOWN COMMAND", .unavailable("clamd says: UNKNOWN COMMAND")),
        ("", .unavailable("clamd closed the connection")),
    ]

    @Test(arguments: replies)
    func readsReplies(reply: String, verdict: ScanVerdict) {
        #expect(ScanVerdict(reply: reply) == verdict)
    }

    private func verdict(
        _ script: ScriptedScanner.Script, _ pieces: [[UInt8]],
        _ adjust: (inout AntivirusConfiguration) -> Void = { _ in }
    ) async throws -> (ScanVerdict, [[UInt8]]) {
        let server = try ScriptedScanner(script)
        var configuration = AntivirusConfiguration(address: .unix(path: server.path))
        adjust(&configuration)
        let scan = Scanner(configuration, logger: Logger(label: "test")).begin()
        for piece in pieces { await scan.write(piece) }
        return (await scan.finish(), server.received)
    }

    @Test func aMessageComesWholeWhateverItsPieces() async throws {
        let pieces: [[UInt8]] = [[], [1], Array(repeating: 2, count: 200_000), [], [0, 0, 0, 0]]
        let (verdict, received) = try await verdict(.reply("stream: OK"), pieces)
        #expect(verdict == .clean)
        #expect(received == [pieces.flatMap(\.self)])
    }

    @Test func anEmptyMessageIsScannedToo() async throws {
        let (verdict, received) = try await verdict(.reply("stream: OK"), [])
        #expect(verdict == .clean)
        #expect(received == [[]])
    }

    @Test func aLimitOfOursIsNotClean() async throws {
        let (verdict, received) = try await verdict(.reply("stream: OK"), [[1, 2, 3], [4]]) { $0.maximumSize = 3 }
        #expect(verdict == .tooLarge)
        #expect(received.isEmpty)
    }

    @Test func aLimitOfTheScannersIsNotClean() async throws {
        let pieces = Array(repeating: [UInt8](repeating: 0, count: 10_000), count: 100)
        let limit = ScriptedScanner.Script.replyEarly("INSTREAM size limit exceeded. ERROR", after: 1_000_000)
        let (verdict, _) = try await verdict(limit, pieces)
        #expect(verdict == .tooLarge)
    }

    @Test func aScannerThatClosesIsAway() async throws {
        let (verdict, _) = try await verdict(.close, [[1]])
        #expect(verdict.isUnavailable)
    }

    @Test func aScannerThatIsSilentIsAway() async throws {
        let (verdict, received) = try await verdict(.silence, [[1]]) { $0.timeout = .milliseconds(50) }
        #expect(verdict.isUnavailable)
        #expect(received == [[1]])
    }

    @Test(arguments: [
        AntivirusConfiguration.Address.unix(path: "/nonexistent/clamd.sock"),
        .unix(path: String(repeating: "x", count: 200)),
        .tcp(host: "127.0.0.1", port: 1),
        .tcp(host: "no-such-host.invalid", port: 3310),
    ])
    func aScannerThatIsNotThereIsAway(address: AntivirusConfiguration.Address) async {
        let scan = Scanner(AntivirusConfiguration(address: address), logger: Logger(label: "test")).begin()
        await scan.write([1])
        let verdict = await scan.finish()
        #expect(verdict.isUnavailable)
    }

    @Test func aVerdictIsJudgedAsTheConfigurationSays() throws {
        #expect(try judge(.clean) { _ in } == nil)
        #expect(throws: StoreError.self) { try judge(.infected("X")) { $0.treatment = .reject } }
        #expect(try judge(.infected("X")) { $0.treatment = .tag } == "X")
        #expect(try judge(.infected("X")) { $0.treatment = .quarantine } == "X")
        #expect(try judge(.tooLarge) { _ in } == nil)
        #expect(throws: StoreError.self) { try judge(.tooLarge) { $0.refusesOversize = true } }
        #expect(throws: StoreError.self) { try judge(.unavailable("away")) { _ in } }
        #expect(try judge(.unavailable("away")) { $0.isFailOpen = true } == nil)
    }

    private func judge(_ verdict: ScanVerdict, _ adjust: (inout AntivirusConfiguration) -> Void) throws -> String? {
        var configuration = AntivirusConfiguration(address: .unix(path: ""))
        adjust(&configuration)
        return try Scanner(configuration, logger: Logger(label: "test")).judge(verdict)
    }
}

extension ScanVerdict {
    fileprivate var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
}

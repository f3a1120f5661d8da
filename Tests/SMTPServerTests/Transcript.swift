// Transcripts: what a client sends and what the server has to answer, line by line.
//
//     # a comment
//     C1: NOOP               the client sends a line
//     C1+ NO                 it sends bytes without a line end
//     C1: <half-close>       it will send no more
//     S1: 250 <>             the next line from the server; <> at the end stands for anything
//     S1: <closed>           the server has closed
//     stored: alice 1        so many messages rest in an INBOX at the end
//
// What the client sends without an answer in between goes in one packet. \xNN is a byte, {N} a run of N bytes.
// example.test is the domain of the run, which TestStore makes.

import FoundationEssentials
import Testing

struct Transcript: Sendable, CustomTestStringConvertible {
    enum Action: Sendable {
        case send([UInt8])
        case halfClose
        case expect(String)
        case expectClosed
        case expectStored(person: String, count: Int)
    }

    struct Step: Sendable {
        let line: Int
        let action: Action
    }

    let name: String
    private let text: String

    var testDescription: String { name }

    /// Every lmtp-*.txt there is.
    static let all: [Transcript] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("lmtp-") && $0.hasSuffix(".txt") }.sorted().map { name in
            let data = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
            return Transcript(name: name, text: String(decoding: data, as: UTF8.self))
        }
    }()

    private static let folder =
        #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Transcripts"

    /// The steps in a domain.
    func steps(_ domain: String) throws -> [Step] {
        let lines = text.replacing("example.test", with: domain).split(
            separator: "\n", omittingEmptySubsequences: false)
        return try zip(1..., lines).compactMap { number, line in
            if line.isEmpty || line.hasPrefix("#") { return nil }
            return Step(line: number, action: try #require(Self.action(line), "\(name):\(number) is no step"))
        }
    }

    private static func action(_ line: Substring) -> Action? {
        let words = line.split(separator: " ")
        if words.first == "stored:", words.count == 3, let count = Int(words[2]) {
            return .expectStored(person: String(words[1]), count: count)
        }
        let text = line.dropFirst(4)
        switch line.prefix(3) {
        case "C1:": return text == "<half-close>" ? .halfClose : .send(bytes(text) + [0x0D, 0x0A])
        case "C1+": return .send(bytes(text))
        case "S1:": return text == "<closed>" ? .expectClosed : .expect(String(text))
        default: return nil
        }
    }

    private static func bytes(_ text: Substring) -> [UInt8] {
        if text.hasPrefix("{") || text.hasSuffix("}"), let open = text.lastIndex(of: "{"),
            let count = Int(text[text.index(after: open)...].dropLast())
        {
            return Array(text[..<open].utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: count)
        }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"),
                let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// Whether a line is what a pattern says.
    static func matches(_ line: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("<>") ? line.hasPrefix(pattern.dropLast(2)) : line == pattern
    }

    /// Plays the transcript against a server.
    func run(byteByByte: Bool) async throws {
        let domain = try await TestStore.shared.makeDomain()
        let server = try await TestServer.start(domain, byteByByte: byteByByte) { limits in
            if name == "lmtp-errors.txt" { limits.errors = 5 }
        }
        let client = try await server.connect()
        var packet: [UInt8] = []
        for step in try steps(domain.name) {
            if case .send(let bytes) = step.action {
                packet += bytes
                continue
            }
            if !packet.isEmpty { try await client.send(packet) }
            packet = []
            switch step.action {
            case .send: break
            case .halfClose: try await client.channel.close(mode: .output).get()
            case .expect(let pattern):
                let line = try await client.line()
                guard let line, Self.matches(line, pattern) else {
                    Issue.record("\(name):\(step.line) expected \(pattern), got \(line ?? "the end")")
                    try? await client.close()
                    return await server.stop()
                }
            case .expectClosed:
                let line = try await client.line()
                #expect(line == nil, "\(name):\(step.line)")
            case .expectStored(let person, let count):
                let stored = try await domain.count(person)
                #expect(stored == count, "\(name):\(step.line) \(person)")
            }
        }
        await server.stop()
        #expect(server.context.buffers.current == 0)
    }
}

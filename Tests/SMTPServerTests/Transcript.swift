// Transcripts: what a client sends and what the server has to answer, line by line.
//
//     # a comment
//     C1: NOOP               the client sends a line
//     C1+ NO                 it sends bytes without a line end
//     C1: <half-close>       it will send no more
//     S1: 250 <>             the next line from the server; <> at the end stands for anything
//     S1: <closed>           the server has closed
//     stored: alice 1        so many messages rest in an INBOX at the end
//     relayed: bob 1         so many at the site of the smarthost, in a submission-*.txt
//
// What the client sends without an answer in between goes in one packet. \xNN is a byte, {N} a run of N bytes.
// example.test is the domain of the run, which TestStore makes; elsewhere.test is that of the smarthost. Credentials of
// AUTH PLAIN are written {user:password}, without the domain.

import FoundationEssentials
import Testing

@testable import SMTPServer

struct Transcript: Sendable, CustomTestStringConvertible {
    enum Action: Sendable {
        case send([UInt8])
        case halfClose
        case expect(String)
        case expectClosed
        case expectStored(person: String, count: Int)
        case expectRelayed(person: String, count: Int)
    }

    struct Step: Sendable {
        let line: Int
        let action: Action
    }

    let name: String
    private let text: String

    var testDescription: String { name }

    /// Every lmtp-*.txt, smtp-*.txt and submission-*.txt there is.
    static let all: [Transcript] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let ours = names.filter { name in
            ["lmtp-", "smtp-", "submission-"].contains { name.hasPrefix($0) } && name.hasSuffix(".txt")
        }
        return ours.sorted().map { name in
            let data = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
            return Transcript(name: name, text: String(decoding: data, as: UTF8.self))
        }
    }()

    private static let folder =
        #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Transcripts"

    /// The steps in a domain, with another behind the smarthost.
    func steps(_ domain: String, elsewhere: String) throws -> [Step] {
        let named = text.replacing("example.test", with: domain).replacing("elsewhere.test", with: elsewhere)
        let lines = named.replacing(/{(\w+):(\w+)}/) { match in
            Data("\0\(match.1)@\(domain)\0\(match.2)".utf8).base64EncodedString()
        }.split(separator: "\n", omittingEmptySubsequences: false)
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
        if words.first == "relayed:", words.count == 3, let count = Int(words[2]) {
            return .expectRelayed(person: String(words[1]), count: count)
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

    /// The server that the transcript is about.
    private var profile: Profile {
        let limits = TestServer.limits
        if name.hasPrefix("lmtp-") { return .lmtp(limits) }
        if name.hasPrefix("smtp-") { return .inbound(limits) }
        var profile = Profile.submission(limits)
        profile.authentication = AuthenticationPolicy(
            isOffered: true, isRequired: name != "submission-open.txt", requiresTLS: name == "submission-tls.txt")
        return profile
    }

    /// Plays the transcript against a server.
    func run(byteByByte: Bool) async throws {
        let domain = try await TestStore.shared.makeDomain()
        let smarthost = try await Smarthost.start()
        let server = try await TestServer.start(
            domain, byteByByte: byteByByte, profile: profile, smarthost: smarthost.client
        ) { limits in
            switch name {
            case "lmtp-errors.txt", "smtp-errors.txt": limits.errors = 5
            case "smtp-harvest.txt": limits.refusedRecipients = 3
            case "smtp-idle.txt": limits.idleCommands = 5
            default: break
            }
        }
        let client = try await server.connect()
        var packet: [UInt8] = []
        for step in try steps(domain.name, elsewhere: smarthost.domain.name) {
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
                    await server.stop()
                    return await smarthost.stop()
                }
            case .expectClosed:
                let line = try await client.line()
                #expect(line == nil, "\(name):\(step.line)")
            case .expectStored(let person, let count):
                let stored = try await domain.count(person)
                #expect(stored == count, "\(name):\(step.line) \(person)")
            case .expectRelayed(let person, let count):
                let relayed = try await smarthost.domain.count(person)
                #expect(relayed == count, "\(name):\(step.line) \(person)")
            }
        }
        await server.stop()
        await smarthost.stop()
        #expect(server.context.buffers.current == 0)
    }
}

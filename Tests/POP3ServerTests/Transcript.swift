// Transcripts: what clients send and what the server has to answer, line by line.
//
//     # a comment
//     C1: NOOP               connection 1 sends a line
//     C1+ NO                 it sends bytes without a line end
//     C1: <close>            it closes
//     S1: +OK <>             the next line to connection 1; <> stands for anything
//     S1: <closed>           the server has closed
//     M1: A: b||text|        a message comes into INBOX; | stands for CRLF
//     R1: 3                  another session removes the message with UID 3
//     U1: 1 2                the UIDs of the messages that INBOX has now
//
// \xNN is a byte, {user} the name of the run's account. A connection opens with the first line that names it.

import FoundationEssentials
import Testing

struct Transcript: Sendable, CustomTestStringConvertible {
    enum Action: Sendable {
        case send([UInt8])
        case close
        case expect(String)
        case expectClosed
        case put([UInt8])
        case remove(UInt32)
        case expectUIDs([UInt32])
    }

    struct Step: Sendable {
        let line: Int
        let connection: Int
        let action: Action
    }

    let name: String
    let steps: [Step]

    var testDescription: String { name }

    /// Every pop3-*.txt there is.
    static let all: [Transcript] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("pop3-") && $0.hasSuffix(".txt") }.sorted().map { name in
            let data = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
            return Transcript(name, String(decoding: data, as: UTF8.self))
        }
    }()

    private static let folder =
        #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Transcripts"

    init(_ name: String, _ text: String) {
        self.name = name
        var steps: [Step] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let step = Self.step(index + 1, line) else {
                Issue.record("\(name):\(index + 1) is no step")
                continue
            }
            steps.append(step)
        }
        self.steps = steps
    }

    private static func step(_ number: Int, _ line: Substring) -> Step? {
        let marks = Array(line.prefix(3))
        guard marks.count == 3, let connection = marks[1].wholeNumberValue else { return nil }
        let text = String(line.dropFirst(4))
        switch (marks[0], marks[2], text) {
        case ("C", ":", "<close>"): return Step(line: number, connection: connection, action: .close)
        case ("C", ":", _):
            return Step(line: number, connection: connection, action: .send(bytes(text) + [13, 10]))
        case ("C", "+", _): return Step(line: number, connection: connection, action: .send(bytes(text)))
        case ("S", ":", "<closed>"): return Step(line: number, connection: connection, action: .expectClosed)
        case ("S", ":", _): return Step(line: number, connection: connection, action: .expect(text))
        case ("M", ":", _):
            let lines = text.split(separator: "|", omittingEmptySubsequences: false)
            let message = Array(lines.map { bytes(String($0)) }.joined(separator: [13, 10]))
            return Step(line: number, connection: connection, action: .put(message))
        case ("R", ":", _): return UInt32(text).map { Step(line: number, connection: connection, action: .remove($0)) }
        case ("U", ":", _):
            let uids = text.split(separator: " ").compactMap { UInt32($0) }
            return Step(line: number, connection: connection, action: .expectUIDs(uids))
        default: return nil
        }
    }

    private static func bytes(_ text: String) -> [UInt8] {
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
        var rest = line[...]
        let pieces = pattern.split(separator: "<>", omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() {
            if index == 0 {
                guard rest.hasPrefix(piece) else { return false }
                rest = rest.dropFirst(piece.count)
            } else if index == pieces.count - 1 {
                return rest.hasSuffix(piece)
            } else {
                guard let found = rest.firstRange(of: piece) else { return false }
                rest = rest[found.upperBound...]
            }
        }
        return rest.isEmpty
    }

    /// Does what others than the client do; false when the step is the client's.
    private func prepare(_ step: Step, _ user: String) async throws -> Bool {
        switch step.action {
        case .put(let message): try await TestStore.shared.put(message, into: user)
        case .remove(let uid): try await TestStore.shared.remove(uid, from: user)
        case .expectUIDs(let uids):
            let found = try await TestStore.shared.uids(of: user)
            #expect(found == uids, "\(name):\(step.line)")
        case .send, .close, .expect, .expectClosed: return false
        }
        return true
    }

    /// Plays the transcript against a server.
    func run(byteByByte: Bool) async throws {
        let user = try await TestStore.shared.makeAccount()
        let server = try await TestServer.start(byteByByte: byteByByte)
        var clients: [Int: TestClient] = [:]
        for step in steps {
            if try await prepare(step, user) { continue }
            let client: TestClient
            if let known = clients[step.connection] {
                client = known
            } else {
                client = try await TestClient.connect(server.port)
                clients[step.connection] = client
            }
            switch step.action {
            case .send(let bytes):
                let text = String(decoding: bytes, as: UTF8.self)
                try await client.send(
                    text.contains("{user}") ? Array(text.replacing("{user}", with: user).utf8) : bytes)
            case .close:
                try await client.close()
                clients[step.connection] = nil
            case .expect(let pattern):
                let line = try await client.line()
                guard let line, Self.matches(line, pattern) else {
                    Issue.record("\(name):\(step.line) expected \(pattern), got \(line ?? "the end")")
                    try await server.stop()
                    return
                }
            case .expectClosed:
                let line = try await client.line()
                #expect(line == nil, "\(name):\(step.line)")
                clients[step.connection] = nil
            case .put, .remove, .expectUIDs:
                break
            }
        }
        for client in clients.values { try await client.close() }
        try await server.stop()
    }
}

// Transcripts: what clients send and what the server has to answer, line by line.
//
//     # a comment
//     C1: a1 NOOP            connection 1 sends a line
//     C1+ a1 NO              it sends bytes without a line end
//     C1: <close>            it closes
//     S1: a1 OK <>           the next line to connection 1; <> stands for anything
//     S1: * OK [<=code>] <>  the same, and {code} stands for what was there from then on
//     S1: <closed>           the server has closed
//
// \xNN is a byte, {user} the name of the run's account, {other} one in its domain, {outsider} one in another domain.
// A connection opens with the first line that names it.

import FoundationEssentials
import Testing

struct Transcript: Sendable, CustomTestStringConvertible {
    enum Action: Sendable {
        case send([UInt8])
        case close
        case expect(String)
        case expectClosed
    }

    struct Step: Sendable {
        let line: Int
        let connection: Int
        let action: Action
    }

    let name: String
    let steps: [Step]

    var testDescription: String { name }

    /// Every imap-*.txt there is.
    static let all: [Transcript] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("imap-") && $0.hasSuffix(".txt") }.sorted().map { name in
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

    /// What the holes of a pattern that have a name hold in a line; nil when the line is not what the pattern says.
    static func captures(_ line: String, _ pattern: String) -> [String: String]? {
        var captures: [String: String] = [:]
        var line = line[...]
        var pattern = pattern[...]
        var name: Substring?
        while true {
            let hole = pattern.firstMatch(of: /<(?:=([a-z]+))?>/)
            let piece = pattern[..<(hole?.range.lowerBound ?? pattern.endIndex)]
            guard let found = place(of: piece, in: line, afterHole: name != nil, isLast: hole == nil) else {
                return nil
            }
            if let name, !name.isEmpty { captures[String(name)] = String(line[..<found.lowerBound]) }
            line = line[found.upperBound...]
            guard let hole else { return captures }
            name = hole.output.1 ?? ""
            pattern = pattern[hole.range.upperBound...]
        }
    }

    private static func place(
        of piece: Substring, in line: Substring, afterHole: Bool, isLast: Bool
    ) -> Range<String.Index>? {
        switch (afterHole, isLast) {
        case (false, true): line == piece ? line.startIndex..<line.endIndex : nil
        case (false, false):
            line.hasPrefix(piece) ? line.startIndex..<line.index(line.startIndex, offsetBy: piece.count) : nil
        case (true, true):
            line.hasSuffix(piece) ? line.index(line.endIndex, offsetBy: -piece.count)..<line.endIndex : nil
        case (true, false):
            piece.isEmpty ? line.startIndex..<line.startIndex : line.firstRange(of: piece)
        }
    }

    private static func fill(_ text: String, _ values: [String: String]) -> String {
        values.reduce(text) { $0.contains("{") ? $0.replacing("{\($1.key)}", with: $1.value) : $0 }
    }

    private func mentions(_ name: String) -> Bool {
        steps.contains { step in
            switch step.action {
            case .send(let bytes): String(decoding: bytes, as: UTF8.self).contains(name)
            case .expect(let pattern): pattern.contains(name)
            case .close, .expectClosed: false
            }
        }
    }

    /// Whether more than one client speaks.
    var hasSeveralConnections: Bool { Set(steps.map(\.connection)).count > 1 }

    /// How a transcript is played.
    enum Stage: Sendable, CaseIterable {
        case oneServer
        /// Which is given every byte by itself.
        case byteByByte
        /// Connections with even numbers go to a server that shares nothing with the other but MySQL and S3, as one in another process
        /// does. What a client did is told to all by the change feed before the next does something.
        case twoServers
    }

    /// Plays the transcript.
    func run(on stage: Stage) async throws {
        // Rights of everybody in a domain must not show in other transcripts.
        let domain = try await mentions("{other}") ? TestStore.shared.makeDomain() : TestStore.domain
        let user = try await TestStore.shared.makeAccount(domain: domain)
        let server = try await TestServer.start(byteByByte: stage == .byteByByte)
        let stores = [try await TestStore.shared.store(), try await TestStore.shared.another()]
        let other = stage == .twoServers ? try await TestServer.start(store: stores[1]) : server
        let servers = stage == .twoServers ? [server, other] : [server]
        var clients: [Int: TestClient] = [:]
        var values = ["user": user]
        if mentions("{other}") { values["other"] = try await TestStore.shared.makeAccount(domain: domain) }
        if mentions("{outsider}") {
            values["outsider"] = try await TestStore.shared.makeAccount(domain: TestStore.otherDomain)
        }
        for step in steps {
            let client: TestClient
            if let known = clients[step.connection] {
                client = known
            } else {
                client = try await TestClient.connect(step.connection % 2 == 0 ? other.port : server.port)
                clients[step.connection] = client
            }
            switch step.action {
            case .send(let bytes):
                if stage == .twoServers { for store in stores { try await store.changes.catchUp() } }
                let text = String(decoding: bytes, as: UTF8.self)
                let filled = Self.fill(text, values)
                try await client.send(filled == text ? bytes : Array(filled.utf8))
            case .close:
                try await client.close()
                clients[step.connection] = nil
            case .expect(let pattern):
                let line = try await client.line()
                guard let line, let captures = Self.captures(line, Self.fill(pattern, values)) else {
                    Issue.record("\(name):\(step.line) expected \(pattern), got \(line ?? "the end")")
                    for server in servers { try await server.stop() }
                    return
                }
                values.merge(captures) { _, new in new }
            case .expectClosed:
                let line = try await client.line()
                #expect(line == nil, "\(name):\(step.line)")
                clients[step.connection] = nil
            }
        }
        for client in clients.values { try await client.close() }
        for server in servers { try await server.stop() }
    }
}

// The engine against servers that behave as a test wants them to.

import Foundation
import Synchronization
import Testing

@testable import S3Client

@Suite(.timeLimit(.minutes(1))) struct TransferEngineTests {
    private func request(
        _ server: ScriptedServer, _ method: String = "GET", body: TransferBody = .none,
        timeouts: TransferTimeouts = TransferTimeouts()
    ) -> TransferRequest {
        TransferRequest(method: method, url: "http://127.0.0.1:\(server.port)/../x", body: body, timeouts: timeouts)
    }

    private func failure<T>(of body: () async throws(TransferError) -> T) async -> TransferError.Kind? {
        do throws(TransferError) {
            _ = try await body()
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func answersAreReadAndConnectionsKept() async throws {
        let server = try ScriptedServer { $1.answer("200 OK", ["X-One:  1 "], "hello".utf8) }
        let engine = TransferEngine()
        for _ in 0..<3 {
            let response = try await engine.send(request(server))
            #expect(response.status == 200)
            #expect(response.head.header("x-one") == "1")
            #expect(try await response.body.collect(limit: 5) == Array("hello".utf8))
        }
        #expect(engine.statistics.started == 3)
        #expect(engine.statistics.connections == 1)
        #expect(server.requests.first?.line == "GET /../x HTTP/1.1")
        await engine.shutdown()
        #expect(engine.statistics.active == 0)
    }

    @Test(arguments: ["PUT", "POST"]) func bodiesAreSentWithoutExpect(_ method: String) async throws {
        let server = try ScriptedServer { $1.answer("204 No Content") }
        let engine = TransferEngine()
        let content = noise(3_000_000)
        let file = try SpoolFile(directory: NSTemporaryDirectory())
        try file.write(content, at: 0)
        for body in [
            TransferBody.none, .bytes(content), .file(file, offset: 1_000_000, length: 2_000_000),
        ] {
            #expect(try await engine.send(request(server, method, body: body)).status == 204)
        }
        #expect(server.requests.map(\.body.count) == [0, 3_000_000, 2_000_000])
        #expect(server.requests.first?.header("content-length") == "0")
        #expect(server.requests.dropFirst().first?.body == content)
        #expect(server.requests.last?.body == Array(content.dropFirst(1_000_000)))
        #expect(server.requests.allSatisfy { $0.header("expect") == nil && $0.header("transfer-encoding") == nil })
    }

    @Test func aFileThatEndsEarlyIsAnErrorOfTheSource() async throws {
        let server = try ScriptedServer { $1.answer("204 No Content") }
        let engine = TransferEngine()
        let file = try SpoolFile(directory: NSTemporaryDirectory())
        try file.write([1, 2, 3], at: 0)
        let kind = await failure { () throws(TransferError) in
            try await engine.send(request(server, "PUT", body: .file(file, offset: 0, length: 100_000)))
        }
        #expect(kind == .source)
    }

    @Test func aSlowReaderHoldsTheServerBack() async throws {
        let content = noise(50_000_000)
        let server = try ScriptedServer { $1.answer("200 OK", [], content) }
        let engine = TransferEngine()
        let response = try await engine.send(request(server))
        // With nobody reading, the queue fills up to the mark and stays there.
        try await eventually { engine.statistics.bufferedPeak > Exchange.highWater - 16_384 }
        let hasher = SHA256Hasher()
        var count = 0
        while let bytes = try await response.body.next() {
            if count % 1_000_000 < bytes.count { try await Task.sleep(for: .milliseconds(1)) }
            hasher.update(bytes)
            count += bytes.count
        }
        #expect(count == content.count)
        #expect(hasher.finish() == SHA256Hasher.hash(content))
        #expect(engine.statistics.bufferedPeak <= Exchange.highWater)
    }

    @Test func timeHeldBackIsNoStall() async throws {
        let content = noise(2_000_000)
        let server = try ScriptedServer { $1.answer("200 OK", [], content) }
        let engine = TransferEngine()
        let response = try await engine.send(
            request(server, timeouts: TransferTimeouts(stall: .seconds(1), total: nil)))
        // More than twice the stall timeout, in which the reader takes nothing.
        try await Task.sleep(for: .milliseconds(2_500))
        #expect(try await response.body.collect(limit: content.count) == content)
    }

    @Test func aStalledServerTimesOut() async throws {
        let server = try ScriptedServer { _, socket in
            socket.write(Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".utf8))
        }
        let engine = TransferEngine()
        let response = try await engine.send(request(server, timeouts: TransferTimeouts(stall: .seconds(1))))
        let kind = await failure { () throws(TransferError) in try await response.body.collect(limit: 100) }
        #expect(kind == .timeout)
    }

    @Test func theTotalTimeoutEndsASilentServer() async throws {
        let server = try ScriptedServer { _, _ in true }
        let engine = TransferEngine()
        let timeouts = TransferTimeouts(total: .milliseconds(100))
        let kind = await failure { () throws(TransferError) in
            try await engine.send(request(server, timeouts: timeouts))
        }
        #expect(kind == .timeout)
    }

    @Test func aRefusedConnectionIsSaidToBeOne() async throws {
        let port = try TestSocket.listen().port
        let engine = TransferEngine()
        let kind = await failure { () throws(TransferError) in
            try await engine.send(TransferRequest(method: "GET", url: "http://127.0.0.1:\(port)/"))
        }
        #expect(kind == .connect)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", TransferError.Kind.connectionLost),
        ("", .connectionLost), ("HTTP/1.1 2", .connectionLost), ("SSH-2.0-x\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 70_000) + "\r\n\r\n", .malformed),
    ])
    func brokenAnswers(_ answer: String, _ expected: TransferError.Kind) async throws {
        let server = try ScriptedServer { _, socket in
            socket.write(Array(answer.utf8))
            return false
        }
        let engine = TransferEngine()
        let kind = await failure { () throws(TransferError) in
            try await engine.send(request(server)).body.collect(limit: 100)
        }
        #expect(kind == expected)
    }

    @Test func interimAnswersArePassedOver() async throws {
        let server = try ScriptedServer { _, socket in
            socket.write(Array("HTTP/1.1 103 Early Hints\r\nX-A: 1\r\n\r\n".utf8))
            return socket.answer("200 OK", ["X-B: 2"], "x".utf8)
        }
        let response = try await TransferEngine().send(request(server))
        #expect(response.status == 200)
        #expect(response.head.header("x-a") == nil)
        #expect(response.head.header("x-b") == "2")
    }

    @Test(arguments: ["a\r\nX: y", "a\n", "a\0"]) func headersWithLineBreaksAreNotSent(_ value: String) async throws {
        let server = try ScriptedServer { $1.answer("200 OK") }
        let engine = TransferEngine()
        var request = request(server)
        request.headers = [(name: "X", value: value)]
        let kind = await failure { [request] () throws(TransferError) in try await engine.send(request) }
        #expect(kind == .malformed)
        #expect(server.requests.isEmpty)
    }

    @Test func cancellationBeforeTheHead() async throws {
        let arrived = AsyncStream.makeStream(of: Void.self)
        let server = try ScriptedServer { _, _ in
            arrived.continuation.yield()
            return true
        }
        let engine = TransferEngine()
        let request = request(server)
        let task = Task { await failure { () throws(TransferError) in try await engine.send(request) } }
        for await _ in arrived.stream { break }
        task.cancel()
        #expect(await task.value == .cancelled)
        try await eventually { engine.statistics.active == 0 }
    }

    @Test func cancellationInTheMiddleOfABody() async throws {
        let server = try ScriptedServer { _, socket in
            socket.write(Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".utf8))
        }
        let engine = TransferEngine()
        let response = try await engine.send(request(server))
        let began = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            await failure { () throws(TransferError) in
                while try await response.body.next() != nil { began.continuation.yield() }
            }
        }
        for await _ in began.stream { break }
        task.cancel()
        #expect(await task.value == .cancelled)
        try await eventually { engine.statistics.active == 0 }
    }

    @Test func droppingAResponseEndsItsTransfer() async throws {
        let content = noise(5_000_000)
        let server = try ScriptedServer { $1.answer("200 OK", [], content) }
        let engine = TransferEngine()
        #expect(try await engine.send(request(server)).status == 200)
        try await eventually { engine.statistics.active == 0 }
    }

    @Test func anEngineThatIsDroppedOrShutDownEndsItsTransfers() async throws {
        let arrived = AsyncStream.makeStream(of: Void.self)
        let server = try ScriptedServer { _, _ in
            arrived.continuation.yield()
            return true
        }
        let engine = TransferEngine()
        let request = request(server)
        let task = Task { await failure { () throws(TransferError) in try await engine.send(request) } }
        for await _ in arrived.stream { break }
        await engine.shutdown()
        #expect(await task.value == .cancelled)
        #expect(await failure { () throws(TransferError) in try await engine.send(request) } == .cancelled)
        await engine.shutdown()
    }

    @Test func manyTransfersAtOnce() async throws {
        let server = try ScriptedServer { request, socket in socket.answer("200 OK", [], request.line.utf8) }
        let engine = TransferEngine(maximumConnections: 8)
        let port = server.port
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let request = TransferRequest(method: "GET", url: "http://127.0.0.1:\(port)/\(number)")
                    let body = try await engine.send(request).body.collect(limit: 100)
                    #expect(String(decoding: body, as: UTF8.self) == "GET /\(number) HTTP/1.1")
                }
            }
            try await group.waitForAll()
        }
        #expect(server.connections <= 8)
    }
}

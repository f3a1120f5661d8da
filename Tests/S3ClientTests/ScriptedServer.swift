// An HTTP/1.1 server whose answers a test writes itself, byte for byte.

import Foundation
import Synchronization

/// A request as it came over the wire.
struct WireRequest: Sendable {
    let head: String
    let body: [UInt8]

    /// Method and target.
    var line: String { String(head.prefix { $0 != "\r\n" }) }

    func header(_ name: String) -> String? {
        head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("\(name):") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}

/// Serves every connection with one closure, which writes the answer; the connection ends when it returns false.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (WireRequest, TestSocket) -> Bool

    let port: UInt16
    private let listener: TestSocket
    private let received = Mutex<[WireRequest]>([])
    private let accepted = Mutex<[TestSocket]>([])

    init(_ script: @escaping Script) throws {
        listener = try TestSocket.listen()
        port = listener.port
        Thread.detachNewThread { [listener, weak self] in
            while let socket = listener.accept() {
                guard let self else { return }
                accepted.withLock { $0.append(socket) }
                Thread.detachNewThread { [weak self] in self?.serve(socket, script) }
            }
        }
    }

    deinit { stop() }

    var requests: [WireRequest] { received.withLock { $0 } }
    var connections: Int { accepted.withLock { $0.count } }

    func stop() {
        listener.shut()
        accepted.withLock { $0 }.forEach { $0.shut() }
    }

    private func serve(_ socket: TestSocket, _ script: Script) {
        var pending: [UInt8] = []
        while let request = readRequest(socket, &pending) {
            received.withLock { $0.append(request) }
            guard script(request, socket) else { break }
        }
        socket.shut()
    }

    private func readRequest(_ socket: TestSocket, _ pending: inout [UInt8]) -> WireRequest? {
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if let end = pending.firstRange(of: mark) {
                let head = String(decoding: pending[..<end.lowerBound], as: UTF8.self)
                let length = WireRequest(head: head, body: []).header("content-length").flatMap { Int($0) } ?? 0
                if pending.count >= end.upperBound + length {
                    let body = Array(pending[end.upperBound..<(end.upperBound + length)])
                    pending.removeFirst(end.upperBound + length)
                    return WireRequest(head: head, body: body)
                }
            }
            guard let more = socket.read() else { return nil }
            pending += more
        }
    }
}

extension TestSocket {
    /// An answer with its Content-Length.
    @discardableResult
    func answer(_ status: String, _ headers: [String] = [], _ body: some Collection<UInt8> = []) -> Bool {
        let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
        return write(Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + Array(body))
    }
}

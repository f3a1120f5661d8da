// What clamd does when it misbehaves, which a real one does not do on demand. The real one is met in Tests/Integration.

import Foundation
import Synchronization

@testable import LightMailCore

/// Takes INSTREAM dialogues on a UNIX socket of its own and answers as a test says.
final class ScriptedScanner: Sendable {
    enum Script: Sendable {
        /// Reads the stream to its end and answers.
        case reply(String)
        /// Answers when so many bytes of the stream have come, and closes.
        case replyEarly(String, after: Int)
        /// Closes as soon as the stream begins.
        case close
        /// Reads all and says nothing.
        case silence
    }

    let path = NSTemporaryDirectory() + "clamd-\(UInt64.random(in: 0...UInt64.max)).sock"
    private let listener: Int32
    private let script: Script
    private let streams = Mutex<[[UInt8]]>([])

    init(_ script: Script) throws {
        self.script = script
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, listen(listener, 16) == 0 else { throw CocoaError(.fileWriteUnknown) }
        Thread.detachNewThread { [listener, weak self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0, let self else { return }
                Thread.detachNewThread { self.serve(descriptor) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        Foundation.close(listener)
        unlink(path)
    }

    /// The messages that were streamed to their end.
    var received: [[UInt8]] { streams.withLock { $0 } }

    private func serve(_ descriptor: Int32) {
        defer { Foundation.close(descriptor) }
        guard read(descriptor, 10) == Array("zINSTREAM\0".utf8) else { return }
        if case .close = script { return }
        var message: [UInt8] = []
        while true {
            guard let length = read(descriptor, 4)?.reduce(0, { $0 << 8 | Int($1) }) else { return }
            if length == 0 { break }
            guard let piece = read(descriptor, length) else { return }
            message += piece
            if case .replyEarly(let text, let count) = script, message.count >= count { return write(descriptor, text) }
        }
        streams.withLock { $0.append(message) }
        if case .reply(let text) = script { return write(descriptor, text) }
        // Until the client gives up.
        _ = read(descriptor, 1)
    }

    private func write(_ descriptor: Int32, _ text: String) {
        let bytes = Array("\(text)\0".utf8)
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private func read(_ descriptor: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var position = 0
        while position < count {
            let read = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + position }, count - position, 0)
            }
            guard read > 0 else { return nil }
            position += read
        }
        return bytes
    }
}

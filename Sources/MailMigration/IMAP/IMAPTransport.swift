// A connection to an IMAP server: libcurl connects, does TLS and logs in; what is said then is ours.

import CCurl
import Dispatch
import Glibc

/// Bytes to and from an IMAP server that has been logged in to. Calls are made one after the other.
///
/// Everything that touches libcurl's handle runs on one serial queue, as it blocks while the server is slow; that the handle
/// is used by no two threads at once is what makes it safe to send.
final class IMAPTransport: @unchecked Sendable {
    /// Set up once a process; libcurl asks for that before any other call.
    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    private let queue = DispatchQueue(label: "lightmail.imap-client")
    private let handle: UnsafeMutableRawPointer
    private let error: UnsafeMutablePointer<CChar>
    private let host: String
    private var socket: Int32 = -1
    /// Seconds that the server may be silent.
    private static let patience: Int32 = 300

    /// Nothing is connected yet.
    init(_ account: IMAPAccount) throws(MigrationError) {
        guard Self.library == CURLE_OK, let handle = curl_easy_init() else {
            throw MigrationError(.all, "libcurl cannot be used")
        }
        self.handle = handle
        host = account.host
        error = .allocate(capacity: Int(CURL_ERROR_SIZE))
        error.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        let name = account.host.contains(":") ? "[\(account.host)]" : account.host
        let scheme = account.encryption == .tls ? "imaps" : "imap"
        let usesTLS = account.encryption == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
        _ = lm_curl_set_error_buffer(handle, error)
        _ = lm_curl_set_string(handle, CURLOPT_URL, "\(scheme)://\(name):\(account.port)/")
        _ = lm_curl_set_string(handle, CURLOPT_USERNAME, account.user)
        _ = lm_curl_set_string(handle, CURLOPT_PASSWORD, account.password)
        _ = lm_curl_set_long(handle, CURLOPT_USE_SSL, Int(usesTLS.rawValue))
        _ = lm_curl_set_long(handle, CURLOPT_CONNECT_ONLY, 1)
        _ = lm_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        _ = lm_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT, 60)
        _ = lm_curl_set_string(handle, CURLOPT_PROXY, "")
        if let certificates = account.certificates { _ = lm_curl_set_string(handle, CURLOPT_CAINFO, certificates) }
    }

    deinit {
        curl_easy_cleanup(handle)
        error.deallocate()
    }

    /// Connects and logs in.
    ///
    /// - Throws: `MigrationError` all: no connection, no TLS, a certificate that is not to be trusted, a login refused.
    func connect() async throws {
        try await onQueue { [self] in
            let code = curl_easy_perform(handle)
            guard code == CURLE_OK else { throw failure(code) }
            var found: curl_socket_t = -1
            guard lm_curl_get_socket(handle, &found) == CURLE_OK, found >= 0 else {
                throw MigrationError(.all, "\(host): the connection is lost")
            }
            socket = found
        }
    }

    /// Sends bytes, all of them.
    func send(_ bytes: [UInt8]) async throws {
        try await onQueue { [self] in
            var done = 0
            while done < bytes.count {
                var count = 0
                let code = bytes.withUnsafeBytes {
                    curl_easy_send(handle, $0.baseAddress?.advanced(by: done), bytes.count - done, &count)
                }
                if code == CURLE_AGAIN {
                    try wait(for: Int16(POLLOUT))
                } else if code == CURLE_OK {
                    done += count
                } else {
                    throw failure(code)
                }
            }
        }
    }

    /// The next bytes, at least one, at most 64 KiB.
    func receive() async throws -> [UInt8] {
        try await onQueue { [self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                var count = 0
                let code = buffer.withUnsafeMutableBytes { curl_easy_recv(handle, $0.baseAddress, $0.count, &count) }
                if code == CURLE_AGAIN {
                    try wait(for: Int16(POLLIN))
                } else if code == CURLE_OK, count > 0 {
                    buffer.removeLast(buffer.count - count)
                    return buffer
                } else {
                    throw code == CURLE_OK
                        ? MigrationError(.all, "\(host): the server has closed the connection") : failure(code)
                }
            }
        }
    }

    private func wait(for events: Int16) throws {
        var entry = pollfd(fd: socket, events: events, revents: 0)
        while true {
            let count = poll(&entry, 1, Self.patience * 1_000)
            if count > 0 { return }
            if count == -1, errno == EINTR { continue }
            throw MigrationError(.all, "\(host): the server says nothing for \(Self.patience) s")
        }
    }

    private func failure(_ code: CURLcode) -> MigrationError {
        let said = printable(String(cString: error).utf8)
        return MigrationError(
            .all, "\(host): \(said.isEmpty ? String(cString: curl_easy_strerror(code)) : said)")
    }

    private func onQueue<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}

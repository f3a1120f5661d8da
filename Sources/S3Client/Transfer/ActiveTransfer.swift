// One libcurl easy handle and its callbacks, for the time that the engine's thread works on it.

import CCurl
import Glibc

/// A transfer in the hands of libcurl. It lives on the engine's thread alone.
final class ActiveTransfer {
    /// Octets of status line and headers that an answer may have.
    private static let maximumHead = 64 * 1024

    let exchange: Exchange
    let handle: UnsafeMutableRawPointer
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let message: UnsafeMutablePointer<CChar>
    private var head = HeadParser()
    private var headLength = 0
    private var bodyOffset: UInt64 = 0
    /// Why a callback stopped the transfer, where libcurl would only know that one did.
    private var failure: TransferError?

    init(_ exchange: Exchange) throws(TransferError) {
        guard let handle = curl_easy_init() else { throw TransferError(.malformed, "libcurl has no handle") }
        self.exchange = exchange
        self.handle = handle
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try configure(exchange.request)
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerList)
        message.deallocate()
    }

    /// Lets libcurl go on with a body that was held back.
    func resume() { curl_easy_pause(handle, CURLPAUSE_CONT) }

    /// Connections opened for this transfer.
    var connectionsOpened: Int {
        var count = 0
        lm_curl_get_long(handle, CURLINFO_NUM_CONNECTS, &count)
        return count
    }

    // MARK: Setting up

    private func configure(_ request: TransferRequest) throws(TransferError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        var codes = [
            lm_curl_set_error_buffer(handle, message),
            lm_curl_set_string(handle, CURLOPT_URL, request.url),
            lm_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
            // A request goes where its URL says, octet for octet, whatever the environment holds.
            lm_curl_set_string(handle, CURLOPT_PROXY, ""),
            lm_curl_set_long(handle, CURLOPT_PATH_AS_IS, 1),
            lm_curl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            lm_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            // A name that is still being resolved must not hold up the thread when its transfer is cancelled.
            lm_curl_set_long(handle, CURLOPT_QUICK_EXIT, 1),
            lm_curl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1),
            lm_curl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            lm_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, request.timeouts.connect.wholeMilliseconds),
            lm_curl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1),
            lm_curl_set_long(
                handle, CURLOPT_LOW_SPEED_TIME, max(1, (request.timeouts.stall.wholeMilliseconds + 999) / 1000)),
            lm_curl_set_long(handle, CURLOPT_TIMEOUT_MS, request.timeouts.total?.wholeMilliseconds ?? 0),
            lm_curl_set_header_writer(handle, Self.onHeader, context),
            lm_curl_set_writer(handle, Self.onBody, context),
        ]
        if let caFile = request.caFile { codes.append(lm_curl_set_string(handle, CURLOPT_CAINFO, caFile)) }
        switch request.method {
        case "GET": codes.append(lm_curl_set_long(handle, CURLOPT_HTTPGET, 1))
        case "HEAD": codes.append(lm_curl_set_long(handle, CURLOPT_NOBODY, 1))
        case "DELETE": codes.append(lm_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method))
        default:
            codes += [
                lm_curl_set_long(handle, CURLOPT_UPLOAD, 1),
                lm_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method),
                lm_curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.body.length)),
                lm_curl_set_reader(handle, Self.onRead, context),
                lm_curl_set_seeker(handle, Self.onSeek, context),
            ]
        }
        // An empty value takes away what libcurl would add: waiting for 100-continue costs a round trip or a second.
        for (name, value) in [(name: "Expect", value: "")] + request.headers {
            guard !(name + value).utf8.contains(where: { $0 == 13 || $0 == 10 || $0 == 0 }) else {
                throw TransferError(.malformed, "a header holds a line break")
            }
            guard let list = curl_slist_append(headerList, value.isEmpty ? "\(name):" : "\(name): \(value)") else {
                throw TransferError(.malformed, "a header cannot be kept")
            }
            headerList = list
        }
        codes.append(lm_curl_set_list(handle, CURLOPT_HTTPHEADER, headerList))
        if let code = codes.first(where: { $0 != CURLE_OK }) {
            throw TransferError(.malformed, String(cString: curl_easy_strerror(code)))
        }
    }

    // MARK: Callbacks

    private static let onHeader: curl_write_callback = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<ActiveTransfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }

    private static let onBody: curl_write_callback = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<ActiveTransfer>.fromOpaque(context).takeUnretainedValue()
        switch transfer.exchange.offer(UnsafeRawBufferPointer(start: bytes, count: size * count)) {
        case .taken: return size * count
        case .full: return Int(CURL_WRITEFUNC_PAUSE)
        case .abandoned: return 0
        }
    }

    private static let onRead: curl_read_callback = { buffer, size, count, context in
        guard let buffer, let context else { return Int(CURL_READFUNC_ABORT) }
        let transfer = Unmanaged<ActiveTransfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.send(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }

    /// libcurl starts the body again when a kept connection turns out to be dead.
    private static let onSeek: curl_seek_callback = { context, offset, origin in
        guard let context, origin == SEEK_SET, offset >= 0 else { return CURL_SEEKFUNC_FAIL }
        Unmanaged<ActiveTransfer>.fromOpaque(context).takeUnretainedValue().bodyOffset = UInt64(offset)
        return CURL_SEEKFUNC_OK
    }

    private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        headLength += line.count
        guard headLength <= Self.maximumHead else {
            failure = TransferError(.malformed, "the answer's head is longer than \(Self.maximumHead) bytes")
            return false
        }
        if let complete = head.feed(line) { exchange.deliver(complete) }
        return true
    }

    private func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let body = exchange.request.body
        guard bodyOffset < body.length else { return 0 }
        let wanted = Int(min(UInt64(buffer.count), body.length - bodyOffset))
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
        switch body {
        case .none: return 0
        case .bytes(let bytes):
            let start = Int(bodyOffset)
            bytes.withUnsafeBytes {
                room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + wanted]))
            }
            bodyOffset += UInt64(wanted)
            return wanted
        case .file(let file, let offset, _):
            do {
                let count = try file.read(into: room, at: offset + bodyOffset)
                guard count > 0 else { throw SpoolFile.Failure(call: "pread", code: EIO) }
                bodyOffset += UInt64(count)
                return count
            } catch {
                failure = TransferError(.source, "the spool file cannot be read: \(error)")
                return Int(CURL_READFUNC_ABORT)
            }
        }
    }

    // MARK: The end

    /// What libcurl's result means to the task that waits.
    func outcome(of code: CURLcode) -> Result<Void, TransferError> {
        if code == CURLE_OK { return .success(()) }
        if let failure { return .failure(failure) }
        let detail = message.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: message)
        return .failure(TransferError(kind(of: code), detail))
    }

    private func kind(of code: CURLcode) -> TransferError.Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_PROXY: .connect
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING,
            CURLE_OUT_OF_MEMORY:
            .malformed
        default: .connectionLost
        }
    }
}

extension Duration {
    /// At least 1 for any time above nothing, as nothing means "no limit" to libcurl.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let milliseconds = Int(clamping: seconds).multipliedReportingOverflow(by: 1000)
        if milliseconds.overflow { return Int(Int32.max) }
        return max(1, min(Int(Int32.max), milliseconds.partialValue + Int(attoseconds / 1_000_000_000_000_000)))
    }
}

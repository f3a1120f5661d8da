// One message on its way: a libcurl handle and its callbacks, on a thread that may block.

import CCurl
import Dispatch
import Synchronization

/// A conversation in the hands of libcurl. It lives on one thread.
final class MessageTransfer {
    private let message: OutgoingMessage
    private let isCancelled: CancellationFlag
    private let beforeContent: @Sendable ([SendOutcome]) async -> Bool
    private let handle = curl_easy_init()
    private let error: UnsafeMutablePointer<CChar>
    private var recipients: UnsafeMutablePointer<curl_slist>?
    private var conversation = Conversation()
    private var offset: UInt64 = 0
    private var hasAsked = false
    private var isWithheld = false
    private var sourceFailure: String?

    init(
        _ message: OutgoingMessage, isCancelled: CancellationFlag,
        beforeContent: @escaping @Sendable ([SendOutcome]) async -> Bool
    ) {
        self.message = message
        self.isCancelled = isCancelled
        self.beforeContent = beforeContent
        error = .allocate(capacity: Int(CURL_ERROR_SIZE))
        error.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_slist_free_all(recipients)
        error.deallocate()
    }

    /// Speaks with the smarthost until it has answered for the message, or will not.
    func run(_ configuration: SmarthostConfiguration, over route: SMTPClient.Route) -> [SendOutcome] {
        guard let handle, configure(handle, configuration, route) else {
            return message.recipients.map { _ in .unreachable("libcurl does not take the message") }
        }
        let code = curl_easy_perform(handle)
        return conversation.outcomes(
            count: message.recipients.count, failure: code == CURLE_OK ? nil : reason(of: code), isWithheld: isWithheld)
    }

    /// Says goodbye.
    func close() { curl_easy_cleanup(handle) }

    // MARK: Setting up

    private func configure(
        _ handle: UnsafeMutableRawPointer, _ configuration: SmarthostConfiguration, _ route: SMTPClient.Route
    ) -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let timeouts = configuration.timeouts
        for recipient in message.recipients {
            guard let list = curl_slist_append(recipients, recipient) else { return false }
            recipients = list
        }
        var codes = [
            lm_curl_set_error_buffer(handle, error),
            lm_curl_set_string(handle, CURLOPT_URL, route.url),
            lm_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps"),
            // The message goes where the configuration says, whatever the environment holds.
            lm_curl_set_string(handle, CURLOPT_PROXY, ""),
            lm_curl_set_long(handle, CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)),
            lm_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
            lm_curl_set_long(handle, CURLOPT_USE_SSL, Int(route.useTLS.rawValue)),
            lm_curl_set_long(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            lm_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, timeouts.connect.milliseconds),
            lm_curl_set_long(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, timeouts.reply.milliseconds / 1000)),
            lm_curl_set_long(handle, CURLOPT_TIMEOUT_MS, timeouts.total.milliseconds),
            lm_curl_set_string(handle, CURLOPT_MAIL_FROM, message.sender),
            lm_curl_set_list(handle, CURLOPT_MAIL_RCPT, recipients),
            // One refused recipient does not end the others' message: who asked decides before it is sent.
            lm_curl_set_long(handle, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1),
            lm_curl_set_long(handle, CURLOPT_UPLOAD, 1),
            lm_curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(clamping: message.content.size)),
            lm_curl_set_reader(handle, Self.onRead, context),
            // The only way to see which reply answers what: libcurl shows both sides of the conversation.
            lm_curl_set_long(handle, CURLOPT_VERBOSE, 1),
            lm_curl_set_debugger(handle, Self.onDebug, context),
            lm_curl_set_long(handle, CURLOPT_NOPROGRESS, 0),
            lm_curl_set_progress(handle, Self.onProgress, context),
        ]
        if let caFile = configuration.caFile { codes.append(lm_curl_set_string(handle, CURLOPT_CAINFO, caFile)) }
        if !configuration.username.isEmpty {
            codes += [
                lm_curl_set_string(handle, CURLOPT_USERNAME, configuration.username),
                lm_curl_set_string(handle, CURLOPT_PASSWORD, configuration.password),
                lm_curl_set_string(handle, CURLOPT_LOGIN_OPTIONS, "AUTH=\(configuration.mechanism.rawValue)"),
            ]
        }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    // MARK: Callbacks

    private static let onRead: curl_read_callback = { buffer, size, count, context in
        guard let buffer, let context else { return Int(CURL_READFUNC_ABORT) }
        let transfer = Unmanaged<MessageTransfer>.fromOpaque(context).takeUnretainedValue()
        return transfer.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }

    private static let onDebug: curl_debug_callback = { _, kind, bytes, count, context in
        guard let bytes, let context else { return 0 }
        let transfer = Unmanaged<MessageTransfer>.fromOpaque(context).takeUnretainedValue()
        let shown = UnsafeRawBufferPointer(start: bytes, count: count)
        switch kind {
        case CURLINFO_HEADER_OUT: transfer.conversation.sent(shown)
        case CURLINFO_HEADER_IN: transfer.conversation.received(shown)
        default: break
        }
        return 0
    }

    private static let onProgress: curl_xferinfo_callback = { context, _, _, _, _ in
        guard let context else { return 0 }
        return Unmanaged<MessageTransfer>.fromOpaque(context).takeUnretainedValue().isCancelled.isSet ? 1 : 0
    }

    /// The smarthost waits for the message.
    private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if !hasAsked {
            hasAsked = true
            isWithheld = !ask()
        }
        if isWithheld { return Int(CURL_READFUNC_ABORT) }
        guard offset < message.content.size else { return 0 }
        do {
            let count = try message.content.read(buffer, offset)
            guard count > 0 else {
                sourceFailure = "the message ends too early"
                return Int(CURL_READFUNC_ABORT)
            }
            offset += UInt64(count)
            return count
        } catch {
            sourceFailure = "the message cannot be read: \(error)"
            return Int(CURL_READFUNC_ABORT)
        }
    }

    private func ask() -> Bool {
        let known = conversation.outcomes(count: message.recipients.count, failure: nil, isWithheld: false)
        let answer = Answer()
        Task { [beforeContent] in answer.give(await beforeContent(known)) }
        return answer.wait()
    }

    private func reason(of code: CURLcode) -> String {
        if let sourceFailure { return sourceFailure }
        if isCancelled.isSet { return "cancelled" }
        return error.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: error)
    }
}

/// Brings a task's answer to a thread that waits for it.
private final class Answer: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let isYes = Atomic<Bool>(false)

    func give(_ answer: Bool) {
        isYes.store(answer, ordering: .releasing)
        semaphore.signal()
    }

    func wait() -> Bool {
        semaphore.wait()
        return isYes.load(ordering: .acquiring)
    }
}

extension Duration {
    /// At least 1, as nothing means "no limit" to libcurl.
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        let whole = Int(clamping: min(seconds, 1_000_000)) * 1000
        return max(1, whole + Int(attoseconds / 1_000_000_000_000_000))
    }
}

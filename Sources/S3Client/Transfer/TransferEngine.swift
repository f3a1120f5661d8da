// The one thread on which libcurl runs: any number of exchanges at once, each held back to the pace of its reader.

import CCurl
import Glibc
import Synchronization

/// Counters of one engine.
package final class TransferStatistics: Sendable {
    private let startedCount = Atomic<Int>(0)
    private let activeCount = Atomic<Int>(0)
    private let connectionCount = Atomic<Int>(0)
    private let bufferedPeakCount = Atomic<Int>(0)

    /// Exchanges begun.
    package var started: Int { startedCount.load(ordering: .relaxed) }
    /// Exchanges that hold a libcurl handle now.
    package var active: Int { activeCount.load(ordering: .relaxed) }
    /// Connections opened; an exchange on a kept connection opens none.
    package var connections: Int { connectionCount.load(ordering: .relaxed) }
    /// The most bytes that ever waited for the reader of one exchange.
    package var bufferedPeak: Int { bufferedPeakCount.load(ordering: .relaxed) }

    func noteStart() {
        startedCount.add(1, ordering: .relaxed)
        activeCount.add(1, ordering: .relaxed)
    }

    func noteEnd(connections: Int) {
        activeCount.subtract(1, ordering: .relaxed)
        connectionCount.add(connections, ordering: .relaxed)
    }

    func noteBuffered(_ bytes: Int) {
        // A peak is raised seldom and read always.
        if bytes > bufferedPeakCount.load(ordering: .relaxed) { bufferedPeakCount.max(bytes, ordering: .relaxed) }
    }
}

/// Sends HTTP requests on one libcurl thread, with kept connections.
///
/// Proxies, redirects, cookies and `.netrc` are never used: a request goes where its URL says.
package final class TransferEngine: Sendable {
    /// Set up once a process; libcurl asks for that before any other call.
    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    package let statistics = TransferStatistics()
    private let mailbox: EngineMailbox
    private let lastID = Atomic<UInt64>(0)

    /// Starts the thread. When the system has no thread or no memory for it, every exchange fails as `cancelled`.
    /// - Parameters:
    ///   - maximumConnections: to one host at once; further exchanges wait for a free one.
    ///   - keptConnections: idle ones kept for later, over all hosts.
    package init(maximumConnections: Int = 256, keptConnections: Int = 64) {
        let multi = Self.library == CURLE_OK ? curl_multi_init() : nil
        mailbox = EngineMailbox(multi: multi, statistics: statistics)
        guard let multi else { return }
        lm_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, maximumConnections)
        lm_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, keptConnections)
        if !EngineLoop.startThread(mailbox, multi) {
            mailbox.close()
            curl_multi_cleanup(multi)
            mailbox.announceStop()
        }
    }

    deinit { mailbox.close() }

    /// Sends a request and waits for the head of the answer, whatever its status. Cancelling the task ends the transfer
    /// at once; so does dropping the response before its body was read.
    package func send(_ request: TransferRequest) async throws(TransferError) -> TransferResponse {
        let id = lastID.add(1, ordering: .relaxed).newValue
        let exchange = Exchange(id: id, request: request, mailbox: mailbox)
        guard mailbox.post(.start(exchange)) else { throw TransferError(.cancelled, "the engine does not run") }
        let head = try await exchange.head()
        return TransferResponse(head: head, body: TransferredBody(exchange: exchange))
    }

    /// Ends all exchanges with `cancelled`, closes all connections and returns when the thread has ended.
    package func shutdown() async {
        mailbox.close()
        await mailbox.waitForStop()
    }
}

/// Where events are posted, and how patiently.
package struct WebhookConfiguration: Sendable {
    /// `http` or `https`.
    package var url: String
    /// Goes with each event as `Authorization: Bearer`; empty for none.
    package var token: String
    /// Signs each body; empty for no signature.
    package var secret: String
    /// How long the receiver may take.
    package var timeout: Duration
    /// After so many failed attempts an event is given up.
    package var maximumAttempts: Int
    /// Seconds from the first attempt to the second; each further wait is twice as long, up to `longestWait`.
    package var firstWait: Int64 = 5
    package var longestWait: Int64 = 3_600
    /// How long to wait when there is nothing to send.
    package var idle: Duration = .seconds(1)

    package init(url: String, token: String, secret: String, timeout: Duration, maximumAttempts: Int) {
        self.url = url
        self.token = token
        self.secret = secret
        self.timeout = timeout
        self.maximumAttempts = max(maximumAttempts, 1)
    }

    /// Seconds to wait after the failure of an attempt.
    ///
    /// - Parameters:
    ///   - attempt: counted from 1.
    ///   - jitter: 0 to below 1; takes up to half of the wait away, so that events that failed together come apart.
    func wait(after attempt: Int, jitter: Double) -> Int64 {
        let doublings = min(max(attempt - 1, 0), 20)
        let whole = min(firstWait << Int64(doublings), longestWait)
        return max(1, whole - Int64(Double(whole) * jitter / 2))
    }
}

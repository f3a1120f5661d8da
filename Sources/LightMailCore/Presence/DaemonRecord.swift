/// A daemon as it last told of itself.
package struct DaemonRecord: Sendable, Hashable {
    /// Drawn at its start: 20 characters of 0-9 and a-v.
    package let id: String
    /// What it is, such as "imapd".
    package let kind: String
    package let host: String
    package let pid: UInt32
    package let version: String
    /// Seconds since 1970, as all times here.
    package let startedAt: Int64
    package let seenAt: Int64
    /// Whether it told so lately: no more than three times as long ago as it does.
    package let isAlive: Bool
    package var connections: Int
}

/// A session of an account in some daemon.
package struct SessionRecord: Sendable, Hashable {
    /// As the logs name it.
    package let id: String
    package let daemon: String
    /// The daemon's kind and host.
    package let kind: String
    package let host: String
    package let account: AccountID
    package let username: String
    /// The listener that accepted it, such as "imaps".
    package let listener: String
    /// The client's IP address; nil over a UNIX socket.
    package let client: String?
    /// When its account logged in.
    package let beganAt: Int64
    /// Whether its daemon is to end it.
    package let isEnding: Bool
}

/// A session that a daemon tells of.
package struct LiveSession: Sendable, Hashable {
    package let id: String
    package let account: AccountID
    package let listener: String
    package let client: String?
    /// Seconds since 1970.
    package let beganAt: Int64

    package init(id: String, account: AccountID, listener: String, client: String?, beganAt: Int64) {
        self.id = id
        self.account = account
        self.listener = listener
        self.client = client
        self.beganAt = beganAt
    }
}

/// Which sessions are meant; all of those that meet what is set.
package struct SessionFilter: Sendable {
    package var account: EmailAddress?
    /// A daemon's kind, such as "imapd".
    package var kind: String?
    /// A daemon's id.
    package var daemon: String?

    package init(account: EmailAddress? = nil, kind: String? = nil, daemon: String? = nil) {
        self.account = account
        self.kind = kind
        self.daemon = daemon
    }
}

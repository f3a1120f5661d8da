// A reply: whether the command succeeded, why not, and text for people.

/// The first line of a reply (RFC 1939 3). The text may come from anywhere: what reaches the wire is made safe by
/// ``encode(into:)``, not by whoever builds the reply.
package struct Reply: Hashable, Sendable {
    /// True for `+OK`.
    package let isPositive: Bool
    /// Why a command failed, for programs.
    package let code: ResponseCode?
    package let text: String

    private init(isPositive: Bool, code: ResponseCode?, text: String) {
        self.isPositive = isPositive
        self.code = code
        self.text = text
    }

    package static func ok(_ text: String = "") -> Reply {
        Reply(isPositive: true, code: nil, text: text)
    }

    package static func error(_ text: String, _ code: ResponseCode? = nil) -> Reply {
        Reply(isPositive: false, code: code, text: text)
    }
}

/// RFC 2449 8: why a command failed.
package enum ResponseCode: String, Sendable {
    /// RFC 3206 4: something about the credentials, or about who may log in and how.
    case auth = "AUTH"
    /// RFC 3206 4: another try later may succeed.
    case temporary = "SYS/TEMP"
    /// RFC 3206 4: somebody has to mend it first.
    case permanent = "SYS/PERM"
    /// RFC 2449 8.1.1: the last login was too short a time ago.
    case loginDelay = "LOGIN-DELAY"
}

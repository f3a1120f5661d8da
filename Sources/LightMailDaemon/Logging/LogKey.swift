/// Names of metadata that are the same in every daemon, so that a log can be searched by them.
package enum LogKey {
    /// The session of a client.
    package static let session = "session"
    /// A message on its way, from the protocol that took it to the object that keeps it, whose name it is, and on to who reads it.
    package static let trace = "trace"
    /// The client's IP address.
    package static let client = "client"
    /// The listener that accepted the connection.
    package static let listener = "listener"
    /// The account that a session logged in to.
    package static let account = "account"
    /// What went wrong.
    package static let error = "error"
    /// Why a session was ended.
    package static let reason = "reason"
}

/// Why a session was ended that its client had not ended: a label of `lightmail_imap_sessions_cut_total`.
enum SessionCut: String, CaseIterable, Sendable {
    /// It left answers unread.
    case lag
    /// It sent commands faster than it may, and did not wait for the answers.
    case flood
    /// It said nothing for too long.
    case silence
    /// It did not log in in time.
    case login
    /// Too many commands before login.
    case eager
    /// Too many invalid commands in a row.
    case invalid
    /// A command that is larger than can be thrown away.
    case oversized

    /// What the client is told.
    var text: String {
        switch self {
        case .lag: "Answers are not read"
        case .flood: "Too many commands"
        case .silence: "Idle for too long"
        case .login: "No login in time"
        case .eager: "Too many commands"
        case .invalid: "Too many invalid commands"
        case .oversized: "Too much to read"
        }
    }
}

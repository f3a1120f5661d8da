import LightMailCore

/// What became of an attempt to log in.
package enum LoginOutcome: Sendable {
    /// The client has proved that the account is its own.
    case account(Account)
    case refused(LoginRefusal)
    /// MySQL or whoever vouches for tokens does not answer, or too many logins wait: it says nothing of the credentials.
    case unavailable(StoreError)
}

/// Why a client is not let in, and how its session has to take that.
package struct LoginRefusal: Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
        /// The name, the password or the token is wrong; which of them is told to nobody.
        case credentials
        /// Too much has failed, from there or for that name: nothing was looked at. Later it may be right.
        case blocked
        /// The account has as many sessions in this process as it may have.
        case tooManySessions
        /// The client would act for somebody else. There is nobody who may.
        case authorization
        /// The password is right, and the account is stopped.
        case inactive
    }

    package let reason: Reason
    /// How long the answer has to wait: it makes guessing slow and costs no thread.
    package let delay: Duration
    /// The session has had its last try: it ends with the answer.
    package let endsSession: Bool
}

import NIOCore

/// When something is due for a session by the passing of time alone: pure of channel and timer.
///
/// A session has one timer, which is not set anew when something happens: it fires at least as often as the shortest of
/// the times, and asks here what is due. So ten thousand sessions in IDLE cost a look every `heartbeat` each, and nothing else.
struct SessionClock: Sendable {
    /// What the session is about.
    enum Stage {
        /// Between two commands.
        case waiting
        /// In IDLE, and what it says can go out.
        case idling
        /// A command is at work.
        case working
        /// A command is at work and waits for the client.
        case workingForClient
        /// Farewell was said.
        case closed
    }

    /// What is to be done.
    enum Due: Equatable {
        case nothing
        case heartbeat
        case farewell(SessionCut)
        /// The connection ends at once: nothing can be said any more.
        case abandon(SessionCut?)
    }

    /// Whether the client has logged in; until then what counts is the time to do so, whatever else it does.
    var isLoggedIn = false
    /// When the client did something; before login, when the time to log in began.
    var lastActivity = NIODeadline.uptimeNanoseconds(0)
    /// When the client was told something.
    var lastOutput = NIODeadline.uptimeNanoseconds(0)
    /// Since when the client has taken nothing of what stands before it.
    private var blockedSince = NIODeadline.distantFuture
    private var unsentBytes = 0

    private var isBlocked: Bool { blockedSince != .distantFuture }

    /// The connection takes no more for now.
    mutating func block(at now: NIODeadline, unsent bytes: Int) {
        blockedSince = now
        unsentBytes = bytes
    }

    /// The connection takes more.
    mutating func unblock() { blockedSince = .distantFuture }

    /// What is due now.
    ///
    /// - Parameter unsent: Bytes that wait for the client to take them.
    mutating func due(at now: NIODeadline, _ stage: Stage, unsent bytes: Int, _ limits: SessionLimits) -> Due {
        if isBlocked {
            // A slow client that takes some is no lagging one.
            if bytes != unsentBytes { block(at: now, unsent: bytes) }
            if now - blockedSince >= limits.lagTime { return .abandon(stage == .closed ? nil : .lag) }
        }
        let silence = now - lastActivity
        let isTimeUp = silence >= (isLoggedIn ? limits.idleTime : limits.loginTime)
        let reason: SessionCut = isLoggedIn ? .silence : .login
        switch stage {
        case .waiting: if isTimeUp { return .farewell(reason) }
        case .idling:
            if isTimeUp { return .farewell(reason) }
            if let heartbeat = limits.heartbeat, now - lastOutput >= heartbeat { return .heartbeat }
        // Who waits for us is not silent.
        case .working: if isTimeUp, isLoggedIn { lastActivity = now }
        case .workingForClient: if isTimeUp { return .abandon(reason) }
        // The farewell is not read either.
        case .closed: if silence >= Self.farewellTime(limits) { return .abandon(nil) }
        }
        return .nothing
    }

    /// How long a client may take to read the farewell.
    private static func farewellTime(_ limits: SessionLimits) -> TimeAmount {
        min(limits.idleTime, limits.lagTime, limits.loginTime)
    }

    /// When to ask again; not later than the first time at which something can be due.
    func nextLook(after now: NIODeadline, _ stage: Stage, _ limits: SessionLimits) -> NIODeadline {
        if !isLoggedIn, stage != .closed {
            let end = lastActivity + limits.loginTime
            // The command at hand is let to end first.
            return stage == .working ? max(end, now + .milliseconds(100)) : end
        }
        var next = min(lastActivity + limits.idleTime, (isBlocked ? blockedSince : now) + limits.lagTime)
        if stage == .closed { next = min(next, lastActivity + Self.farewellTime(limits)) }
        if let heartbeat = limits.heartbeat {
            next = min(next, (stage == .idling ? lastOutput : now) + heartbeat)
        }
        return next
    }
}

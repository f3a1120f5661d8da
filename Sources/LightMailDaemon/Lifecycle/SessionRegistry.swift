import LightMailCore
import NIOCore
import Synchronization

/// The live sessions of a daemon, so that a shutdown can let each end in good order.
package final class SessionRegistry: Sendable {
    private struct Session {
        let channel: Channel
        var drain: (@Sendable () -> Void)?
        var login: LiveSession?
        var isEnding = false
    }

    private struct State {
        var sessions: [String: Session] = [:]
        var isDraining = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Sessions at this moment.
    package var count: Int {
        state.withLock(\.sessions.count)
    }

    /// True once the daemon is about to end: begin nothing long.
    package var isDraining: Bool {
        state.withLock(\.isDraining)
    }

    /// Keeps `channel` until it closes. Listeners do this for every connection they accept.
    package func register(_ sessionID: String, channel: Channel) {
        let isDraining = state.withLock { state in
            state.sessions[sessionID] = Session(channel: channel)
            return state.isDraining
        }
        channel.closeFuture.whenComplete { [weak self] _ in self?.unregister(sessionID) }
        if isDraining { channel.close(promise: nil) }
    }

    /// Says how a session ends when the daemon does: finish the command at hand, tell the client, close the channel.
    /// The closure runs once, on the channel's event loop; at once when the drain has begun already. A session
    /// without one is closed as it stands.
    package func onDrain(of sessionID: String, _ drain: @escaping @Sendable () -> Void) {
        let lateChannel: Channel? = state.withLock { state in
            guard let session = state.sessions[sessionID] else { return nil }
            if state.isDraining { return session.channel }
            state.sessions[sessionID]?.drain = drain
            return nil
        }
        lateChannel?.eventLoop.execute(drain)
    }

    /// Notes whose session it is; with nil, that it is nobody's again.
    func note(_ login: LiveSession?, of sessionID: String) {
        state.withLock { $0.sessions[sessionID]?.login = login }
    }

    /// The sessions of accounts, by their ids.
    var logins: [String: LiveSession] {
        state.withLock { $0.sessions.compactMapValues(\.login) }
    }

    /// Ends a session as a shutdown would; nothing when there is none. Asked a second time it closes the channel: a session
    /// that does not end for a shutdown, such as one of POP3 on its way to QUIT, would otherwise never end.
    func end(_ sessionID: String) {
        let found: (channel: Channel, drain: (@Sendable () -> Void)?)? = state.withLock { state in
            guard let session = state.sessions[sessionID] else { return nil }
            state.sessions[sessionID]?.isEnding = true
            return (session.channel, session.isEnding ? nil : session.drain)
        }
        guard let found else { return }
        if let drain = found.drain {
            found.channel.eventLoop.execute(drain)
        } else {
            found.channel.close(promise: nil)
        }
    }

    /// Asks every session to end, waits until all have or `limit` has passed, and closes the rest.
    ///
    /// - Returns: How many had to be closed.
    @discardableResult
    package func drain(limit: Duration) async -> Int {
        let sessions = state.withLock { state in
            state.isDraining = true
            return Array(state.sessions.values)
        }
        for session in sessions {
            if let drain = session.drain {
                session.channel.eventLoop.execute(drain)
            } else {
                session.channel.close(promise: nil)
            }
        }
        return await withTaskGroup(of: Int.self) { group in
            group.addTask {
                do {
                    try await Task.sleep(for: limit)
                    return self.closeAll()
                } catch {
                    // Cancelled: every session has ended by itself.
                    return 0
                }
            }
            await becomeEmpty()
            group.cancelAll()
            return await group.next() ?? 0
        }
    }

    private func closeAll() -> Int {
        let sessions = state.withLock { Array($0.sessions.values) }
        for session in sessions { session.channel.close(promise: nil) }
        return sessions.count
    }

    private func becomeEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.sessions.isEmpty { state.waiters.append(continuation) }
                return state.sessions.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }

    private func unregister(_ sessionID: String) {
        let waiters: [CheckedContinuation<Void, Never>] = state.withLock { state in
            state.sessions[sessionID] = nil
            guard state.sessions.isEmpty else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

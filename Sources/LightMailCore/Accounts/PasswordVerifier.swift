import Dispatch
import Glibc
import S3Client
import Synchronization

/// Checks and makes password hashes on threads of its own, a bounded number at once, and remembers for a while who has
/// proved a password.
///
/// What is remembered is a keyed digest of the password and the stored hash: a changed password ends it, and the memory
/// of the process holds no password.
package final class PasswordVerifier: Sendable {
    /// Digests, and until when they count.
    private typealias Memory = Mutex<[[UInt8]: ContinuousClock.Instant]>

    private let queues: [DispatchQueue]
    private let cost: Int
    private let memory = Memory([:])
    private let remembered: Duration
    /// Wrong passwords that were tried lately, as digests too: a program that holds an old one tries it for hours.
    private let mistakes = Memory([:])
    /// PBKDF2's iterations for new SCRAM verifiers; 0 for no verifiers.
    let scramIterations: Int
    private let secret: [UInt8]
    private let pending = Atomic<Int>(0)
    private let turn = Atomic<Int>(0)

    /// Most checks that wait; beyond it a login is told to come back.
    private static let maximumPending = 1_000
    /// Most proofs remembered, about 100 bytes each.
    private static let maximumRemembered = 100_000
    /// For how long a wrong password that is tried again is neither computed nor counted.
    private static let mistakesRemembered: Duration = .seconds(3600)
    /// Checked for names that nobody has, so that they take as long. It is the hash of no known password.
    private let decoy: Mutex<String?> = Mutex(nil)

    /// - Parameters:
    ///   - parallelism: how many hashes are computed at once.
    ///   - cost: of new hashes: 2 to the power of it rounds.
    ///   - remembered: for how long a proved password is not computed again; zero for never.
    ///   - scramIterations: of new SCRAM verifiers; 0 for none.
    package init(parallelism: Int, cost: Int, remembered: Duration, scramIterations: Int = 0) {
        queues = (0..<max(1, parallelism)).map { DispatchQueue(label: "lightmail.password.\($0)") }
        self.cost = cost
        self.remembered = remembered
        self.scramIterations = scramIterations
        var random = SystemRandomNumberGenerator()
        secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    package enum Verdict: Sendable {
        case right, wrong
        /// Wrong, as it was when it was tried before: no guess.
        case wrongAgain
    }

    /// Whether the password is right. Nil for the hash of a name that nobody has: takes as long, and is wrong.
    ///
    /// - Throws: `StoreError` unavailable when too many wait.
    package func verify(
        _ password: [UInt8], against hash: String?, of name: String
    ) async throws(StoreError) -> Verdict {
        guard password.count <= PasswordHash.maximumLength, !password.contains(0) else { return .wrong }
        let proof = SHA256Hasher.hash(secret + Array((hash ?? "").utf8) + [0] + Array(name.utf8) + [0] + password)
        if hash != nil, Self.remembers(memory, proof) { return .right }
        if Self.remembers(mistakes, proof) { return .wrongAgain }
        let isRight = try await compute {
            guard let hash else {
                if let decoy = self.decoyHash() { _ = PasswordHash.matches(password, decoy) }
                return false
            }
            return PasswordHash.matches(password, hash)
        }
        if isRight {
            Self.remember(proof, in: memory, for: remembered)
        } else {
            Self.remember(proof, in: mistakes, for: Self.mistakesRemembered)
        }
        return isRight ? .right : .wrong
    }

    /// The hash to store for a new password.
    ///
    /// - Throws: `StoreError` invalid when it is empty, over 72 bytes, or has a NUL.
    package func hash(_ password: [UInt8]) async throws(StoreError) -> String {
        guard !password.isEmpty else { throw StoreError(.invalid("the password is empty")) }
        guard password.count <= PasswordHash.longestSettable else {
            throw StoreError(.invalid("the password is over \(PasswordHash.longestSettable) bytes"))
        }
        guard !password.contains(0) else { throw StoreError(.invalid("the password has a NUL byte")) }
        guard let hash = try await compute({ PasswordHash.make(password, cost: self.cost) }) else {
            throw StoreError(.internal, "libcrypt made no bcrypt hash")
        }
        return hash
    }

    /// What to store beside the hash so that SCRAM can check the password; nil when verifiers are not wanted, or the
    /// password cannot be prepared (``SASLprep``).
    func scramVerifier(_ password: [UInt8]) async throws(StoreError) -> ScramVerifier? {
        guard scramIterations > 0, let text = String(validating: password, as: UTF8.self),
            let prepared = SASLprep.prepare(text)
        else { return nil }
        var random = SystemRandomNumberGenerator()
        let salt = (0..<ScramVerifier.saltLength).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return try await compute { [scramIterations] in
            ScramVerifier(password: Array(prepared.utf8), salt: salt, iterations: scramIterations)
        }
    }

    private func compute<T: Sendable>(_ body: @escaping @Sendable () -> T) async throws(StoreError) -> T {
        guard pending.add(1, ordering: .relaxed).newValue <= Self.maximumPending else {
            pending.subtract(1, ordering: .relaxed)
            throw StoreError(.unavailable, "too many logins wait")
        }
        defer { pending.subtract(1, ordering: .relaxed) }
        let queue = queues[(turn.add(1, ordering: .relaxed).newValue & Int.max) % queues.count]
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }

    private func decoyHash() -> String? {
        decoy.withLock { decoy in
            if decoy == nil { decoy = PasswordHash.make(Array("\(secret)".utf8.prefix(72)), cost: cost) }
            return decoy
        }
    }

    private static func remembers(_ memory: borrowing Memory, _ proof: [UInt8]) -> Bool {
        memory.withLock { memory in
            guard let until = memory[proof] else { return false }
            return until > .now
        }
    }

    private static func remember(_ proof: [UInt8], in memory: borrowing Memory, for time: Duration) {
        guard time > .zero else { return }
        let now = ContinuousClock.now
        memory.withLock { memory in
            if memory.count >= maximumRemembered {
                memory = memory.filter { $0.value > now }
                if memory.count >= maximumRemembered { memory.removeAll() }
            }
            memory[proof] = now + time
        }
    }
}

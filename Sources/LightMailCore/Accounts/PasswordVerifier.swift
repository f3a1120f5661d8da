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
    private let queues: [DispatchQueue]
    private let cost: Int
    private let memory: Mutex<[[UInt8]: ContinuousClock.Instant]> = Mutex([:])
    private let remembered: Duration
    private let secret: [UInt8]
    private let pending = Atomic<Int>(0)
    private let turn = Atomic<Int>(0)

    /// Most checks that wait; beyond it a login is told to come back.
    private static let maximumPending = 1_000
    /// Most proofs remembered, about 100 bytes each.
    private static let maximumRemembered = 100_000
    /// Checked for names that nobody has, so that they take as long. It is the hash of no known password.
    private let decoy: Mutex<String?> = Mutex(nil)

    /// - Parameters:
    ///   - parallelism: how many hashes are computed at once.
    ///   - cost: of new hashes: 2 to the power of it rounds.
    ///   - remembered: for how long a proved password is not computed again; zero for never.
    package init(parallelism: Int, cost: Int, remembered: Duration) {
        queues = (0..<max(1, parallelism)).map { DispatchQueue(label: "lightmail.password.\($0)") }
        self.cost = cost
        self.remembered = remembered
        var random = SystemRandomNumberGenerator()
        secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    /// Whether the password is right. Nil for the hash of a name that nobody has: takes as long, and is false.
    ///
    /// - Throws: `StoreError` unavailable when too many wait.
    package func verify(_ password: [UInt8], against hash: String?) async throws(StoreError) -> Bool {
        guard password.count <= PasswordHash.maximumLength, !password.contains(0) else { return false }
        let proof = hash.map { SHA256Hasher.hash(secret + Array($0.utf8) + [0] + password) }
        if let proof, isRemembered(proof) { return true }
        let isRight = try await compute {
            guard let hash else {
                if let decoy = self.decoyHash() { _ = PasswordHash.matches(password, decoy) }
                return false
            }
            return PasswordHash.matches(password, hash)
        }
        if isRight, let proof { remember(proof) }
        return isRight
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

    private func isRemembered(_ proof: [UInt8]) -> Bool {
        memory.withLock { memory in
            guard let until = memory[proof] else { return false }
            return until > .now
        }
    }

    private func remember(_ proof: [UInt8]) {
        guard remembered > .zero else { return }
        let now = ContinuousClock.now
        memory.withLock { memory in
            if memory.count >= Self.maximumRemembered {
                memory = memory.filter { $0.value > now }
                if memory.count >= Self.maximumRemembered { memory.removeAll() }
            }
            memory[proof] = now + remembered
        }
    }
}

import MariaDBClient

/// What a client shows to prove that an account is its own.
package enum Credential: Sendable {
    case password([UInt8])
    /// ClientProof over AuthMessage (RFC 5802 3).
    case scramProof([UInt8], message: [UInt8])
}

/// How a credential was judged.
package enum Authentication: Sendable {
    /// - Parameter signature: ServerSignature, for a SCRAM proof.
    case account(Account, signature: [UInt8]?)
    /// The name or the credential is wrong.
    case wrong
    /// The credential is right, and the account or its domain is stopped.
    case inactive
    /// Too much has failed from there, or for this name (``LoginRules``): the credential was not looked at.
    case blocked
}

extension Accounts {
    /// Checks a name and a credential, and counts the failure. One round trip; one more for a failure, and for the first
    /// success of a day from a network.
    ///
    /// A name that nobody has costs as much as a wrong credential, so that names cannot be told by the clock.
    ///
    /// - Throws: `StoreError` unavailable when MySQL or the verifiers are busy, or a failure cannot be written down.
    package func authenticate(
        username: String, _ credential: Credential, from network: ClientNetwork
    ) async throws(StoreError) -> Authentication {
        let name = Self.accountName(username, credential)
        let candidate = try await candidate(name, from: network)
        guard !candidate.record.isBlocked else { return .blocked }
        let signature: [UInt8]?
        switch credential {
        case .password(let password):
            switch try await passwords.verify(password, against: candidate.hash, of: name ?? username) {
            case .right: signature = nil
            case .wrongAgain: return .wrong
            case .wrong:
                try await countFailure(of: name, from: network, candidate.record)
                return .wrong
            }
        case .scramProof(let proof, let message):
            signature = try await verifier(of: name ?? username, candidate.scram)
                .signature(proof: proof, message: message)
            guard signature != nil else {
                try await countFailure(of: name, from: network, candidate.record)
                return .wrong
            }
        }
        guard let account = candidate.account else { return .wrong }
        guard account.isActive, candidate.isDomainActive else { return .inactive }
        await noteSuccess(candidate, account, credential, from: network)
        return .account(account, signature: signature)
    }

    /// The account of a name that a third party vouches for. One round trip.
    ///
    /// - Returns: never `blocked`.
    package func authenticate(trusted username: String) async throws(StoreError) -> Authentication {
        let candidate = try await candidate((try? EmailAddress(username))?.description, from: .local)
        guard let account = candidate.account else { return .wrong }
        guard account.isActive, candidate.isDomainActive else { return .inactive }
        return .account(account, signature: nil)
    }

    /// How the password of a name is salted (RFC 5802 5.1). For a name without a verifier it is made up, and always the
    /// same. One round trip.
    package func scramSalt(of username: String) async throws(StoreError) -> (salt: [UInt8], iterations: Int) {
        let name = Self.accountName(username, .scramProof([], message: []))
        let stored = try await mapped {
            try await database.read { connection in
                try connection.query(
                    "SELECT scram_sha_256 FROM accounts WHERE username = ? AND live = 1", [SQLValue(name)]
                ).first.flatMap { try $0[0].optional?.string }
            }
        }
        let verifier = try await verifier(of: name ?? username, stored)
        return (verifier.salt, verifier.iterations)
    }

    /// The name as accounts have it; nil when nobody can have it.
    private static func accountName(_ username: String, _ credential: Credential) -> String? {
        switch credential {
        case .password: (try? EmailAddress(username))?.description
        case .scramProof: SASLprep.prepare(username).flatMap { try? EmailAddress($0) }?.description
        }
    }

    private func verifier(of name: String, _ stored: String?) async throws(StoreError) -> ScramVerifier {
        // Both are done for every name, so that both take as long.
        let madeUp = ScramVerifier(
            madeUpFor: name, secret: try await saltSecret.bytes(), iterations: passwords.scramIterations)
        return stored.flatMap { ScramVerifier(text: $0) } ?? madeUp
    }

    /// Writes down that the owner has been here. The login is good whether that succeeds or not: it is done at the next.
    private func noteSuccess(
        _ candidate: Candidate, _ account: Account, _ credential: Credential, from network: ClientNetwork
    ) async {
        var statements: [SQLText] = []
        if candidate.record.isStale { statements.append(Self.proving(account.username, network)) }
        if case .password(let password) = credential, candidate.scram == nil, let hash = candidate.hash,
            let verifier = try? await passwords.scramVerifier(password)
        {
            statements.append(
                """
                UPDATE accounts SET scram_sha_256 = \(hex: verifier.text.utf8) WHERE id = \(account.id.rawValue) \
                AND password_hash = \(hex: hash.utf8) AND scram_sha_256 IS NULL
                """)
        }
        guard let first = statements.first else { return }
        let script = statements.dropFirst().reduce(first) { $0 + ";" + $1 }
        _ = try? await database.transaction { try $0.commit(after: script).count }
    }

    /// Who may be trying to log in.
    private struct Candidate: Sendable {
        let account: Account?
        let isDomainActive: Bool
        let hash: String?
        let scram: String?
        let record: LoginRecord
    }

    private func candidate(_ name: String?, from network: ClientNetwork) async throws(StoreError) -> Candidate {
        try await mapped {
            try await database.read { [rules] connection in
                // The network of many is not blocked as a whole.
                let whole = network.isTrusted ? SQLValue.null : .text(network.description)
                let name = SQLValue(name)
                let rows = try connection.query(
                    """
                    SELECT \(LoginRecord.columns), d.is_active, a.password_hash, a.scram_sha_256, \(Account.columns) \
                    FROM (SELECT 1 AS one) AS anybody \
                    LEFT JOIN accounts a ON a.username = ? AND a.live = 1 LEFT JOIN domains d ON d.id = a.domain_id \
                    LEFT JOIN login_records n ON n.account = '' AND n.network = ? \
                    LEFT JOIN login_records u ON u.account = ? AND u.network = '' \
                    LEFT JOIN login_records k ON k.account = ? AND k.network = ?
                    """, [name, whole, name, name, .text(network.description)])
                guard let row = rows.first else { throw StoreError(.internal, "a login without an answer") }
                let next = LoginRecord.columnCount
                return Candidate(
                    account: row[next + 3].isNull ? nil : try Account(row: row, from: next + 3),
                    isDomainActive: try row[next].optional?.bool == true, hash: try row[next + 1].optional?.string,
                    scram: try row[next + 2].optional?.string, record: try LoginRecord(row: row, rules.current))
            }
        }
    }
}

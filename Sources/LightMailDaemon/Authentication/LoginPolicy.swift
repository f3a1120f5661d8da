import LightMailCore

/// How a daemon takes logins. What failures cost in all daemons together is ``LoginRules``, which the store has.
package struct LoginPolicy: Sendable {
    /// What the answer to a failed login waits for.
    package var failureDelay: Duration = .seconds(2)
    /// Networks that are never blocked as a whole, beside this machine.
    package var trustedNetworks: [Network] = []
    /// Whether SCRAM is offered.
    package var offersScram = true

    package init() {}

    init(_ section: AuthSection) {
        failureDelay = section.failureDelay
        trustedNetworks = section.trustedNetworks
        offersScram = section.scram
    }

    /// The network of a client, as failed logins are counted.
    func network(of address: IPAddress?) -> ClientNetwork {
        guard let address else { return .local }
        return ClientNetwork(
            Network(of: address).description,
            isTrusted: address.isLoopback || trustedNetworks.contains { $0.contains(address) })
    }
}

extension LoginRules {
    init(_ section: AuthSection) {
        self.init()
        threshold = section.failureThreshold
        halfLife = section.failureHalfLife
        networkBlock = section.networkBlock
        accountBlock = section.accountBlock
        knownFor = .seconds(section.knownNetworkDays * 86_400)
    }
}

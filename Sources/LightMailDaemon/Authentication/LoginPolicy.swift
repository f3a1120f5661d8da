import LightMailCore

/// How a daemon takes logins. What failures cost in all daemons together is ``LoginRules``, which the store has.
package struct LoginPolicy: Sendable {
    /// What the answer to a failed login waits for.
    package var failureDelay: Duration = .seconds(2)
    /// Networks that are never blocked as a whole, beside this machine.
    package var trustedNetworks: [Network] = []
    /// Whether SCRAM is offered.
    package var offersScram = true
    /// Whether bearer tokens are taken over TLS alone.
    package var tokensRequireTLS = true
    /// What a client is told to ask for when its token is not good (RFC 7628 3.2.2); empty for nothing.
    package var tokenScope = ""
    /// Where a client is told to get a token; empty for nowhere.
    package var openIDConfiguration = ""

    package init() {}

    init(_ section: AuthSection, _ oauth: OAuthSection) {
        tokensRequireTLS = oauth.requireTLS
        tokenScope = oauth.scope
        openIDConfiguration = oauth.openIDConfiguration
        failureDelay = section.failureDelay
        trustedNetworks = section.trustedNetworks
        offersScram = section.scram
    }

    /// RFC 7628 3.2.2
    var tokenError: String {
        var members = ["\"status\":\"invalid_token\""]
        if !tokenScope.isEmpty { members.append("\"scope\":\(JSONText.quoted(tokenScope))") }
        if !openIDConfiguration.isEmpty {
            members.append("\"openid-configuration\":\(JSONText.quoted(openIDConfiguration))")
        }
        return "{\(members.joined(separator: ","))}"
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

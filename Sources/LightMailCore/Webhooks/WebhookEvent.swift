import FoundationEssentials

/// Something that an operator's own software may want to hear of.
package struct WebhookEvent: Sendable {
    /// What happened, by the name that the configuration and the body have for it.
    package enum Kind: String, CaseIterable, Sendable {
        case loginFailed = "login.failed"
        case messageDelivered = "message.delivered"
        case messageInfected = "message.infected"
        case quotaExceeded = "quota.exceeded"
        case quotaWarning = "quota.warning"
    }

    package let kind: Kind
    /// What the body tells; what is nil is left out.
    var facts = Facts()

    /// The fields of the body, by their names in JSON.
    struct Facts: Encodable, Sendable {
        var account: String?
        var domain: String?
        var event = ""
        var network: String?
        var `protocol`: String?
        var timestamp = ""
        var object_key: String?
        var sender: String?
        var recipient: String?
        var subject: String?
        var size: UInt64?
        var virus: String?
        var resource: String?
        var percent: Int?
        var used: UInt64?
        var limit: UInt64?
    }

    /// - Parameters:
    ///   - origin: how the message came, and from whom.
    ///   - recipient: the address as the sender gave it.
    package init(_ kind: Kind, _ origin: DeliveryOrigin, recipient: String) {
        self.kind = kind
        facts.protocol = origin.protocolName
        facts.sender = origin.sender
        facts.recipient = recipient
    }

    /// - Parameters:
    ///   - name: the account that the client claimed; nil for one that nobody can have.
    ///   - network: where it came from.
    init(failedLogin name: String?, from network: ClientNetwork) {
        kind = .loginFailed
        facts.account = name
        facts.network = network.description
    }

    init(_ crossing: QuotaCrossing) {
        kind = .quotaWarning
        switch crossing.owner {
        case .account(let address): facts.account = address
        case .domain(let name): facts.domain = name
        }
        facts.resource = crossing.resource
        facts.percent = crossing.percentage
        facts.used = crossing.used
        facts.limit = crossing.limit
    }

    /// The same, with the name of what the virus scanner found.
    package func naming(virus: String) -> WebhookEvent {
        var event = self
        event.facts.virus = virus
        return event
    }

    /// The body, but for the numbers that MySQL gives.
    ///
    /// - Parameter now: seconds since 1970.
    func body(now: Int64) -> [UInt8] {
        var facts = facts
        facts.event = kind.rawValue
        facts.timestamp = Date(timeIntervalSince1970: Double(now)).formatted(.iso8601)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and an integer: there is nothing that could not be encoded.
        return (try? encoder.encode(facts)).map(Array.init) ?? Array("{}".utf8)
    }
}

/// How a message came to be delivered.
package struct DeliveryOrigin: Sendable, Hashable {
    /// `lmtp`, `smtp`, `imap` or `local`.
    package let protocolName: String
    /// The reverse-path; empty for the null one.
    package let sender: String

    package init(protocol name: String, sender: String) {
        protocolName = name
        self.sender = sender
    }

    /// A message that the system itself delivers.
    package static let local = DeliveryOrigin(protocol: "local", sender: "")
}

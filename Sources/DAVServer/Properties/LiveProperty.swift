// The properties that the server knows the meaning of, each with how it is made.

import DAVSyntax
import LightMailCore
import LightMailDaemon
import XMLSyntax

/// A live property (RFC 4918 4.2).
struct LiveProperty: Sendable {
    let name: XMLName
    /// Whether allprop gives it: only what RFC 4918 defines (RFC 4918 9.1; RFC 4791 5.2 and others say so of theirs).
    let isInAll: Bool
    /// What is in it; nil where a resource does not have it.
    let value: @Sendable (DAVResource, Account) -> [XMLNode]?

    init(
        _ name: XMLName, isInAll: Bool = false,
        _ value: @escaping @Sendable (DAVResource, Account) -> [XMLNode]?
    ) {
        self.name = name
        self.isInAll = isInAll
        self.value = value
    }

    static let all: [LiveProperty] = basic + principal + access + calendar
    static let byName: [XMLName: LiveProperty] = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })

    // MARK: RFC 4918 15, RFC 4331

    private static let basic = [
        LiveProperty(.dav("resourcetype"), isInAll: true) { resource, _ in
            switch resource {
            case .event: []
            case .principal: [.element(XMLElement(.dav("principal")))]
            case .calendar: [.element(XMLElement(.dav("collection"))), .element(XMLElement(.calDAV("calendar")))]
            case .root, .principals, .homes, .home: [.element(XMLElement(.dav("collection")))]
            }
        },
        LiveProperty(.dav("displayname"), isInAll: true) { resource, account in
            switch resource {
            case .principal, .home: [.text(account.username)]
            case .calendar(let calendar): [.text(calendar.name)]
            case .root, .principals, .homes, .event: nil
            }
        },
        LiveProperty(.dav("getetag"), isInAll: true) { resource, _ in
            if case .event(let event, _) = resource { [.text(event.entityTag)] } else { nil }
        },
        LiveProperty(.dav("getcontenttype"), isInAll: true) { resource, _ in
            if case .event(let event, _) = resource {
                [.text("text/calendar; charset=utf-8; component=\(event.component)")]
            } else {
                nil
            }
        },
        LiveProperty(.dav("getcontentlength"), isInAll: true) { resource, _ in
            if case .event(let event, _) = resource { [.text(String(event.size))] } else { nil }
        },
        LiveProperty(.dav("getlastmodified"), isInAll: true) { resource, _ in
            if case .event(let event, _) = resource { [.text(Timestamp(event.updatedAt).http)] } else { nil }
        },
        LiveProperty(.dav("creationdate"), isInAll: true) { resource, _ in
            if case .event(let event, _) = resource { [.text(Timestamp(event.createdAt).description)] } else { nil }
        },
        LiveProperty(.dav("quota-used-bytes")) { resource, account in
            resource.hasQuota ? [.text(String(account.usedBytes))] : nil
        },
        LiveProperty(.dav("quota-available-bytes")) { resource, account in
            guard resource.hasQuota, let quota = account.quotaBytes else { return nil }
            return [.text(String(max(0, Int64(clamping: quota) - Int64(account.usedBytes))))]
        },
    ]

    // MARK: RFC 5397, RFC 3744 4, RFC 4791 6.2

    private static let principal = [
        LiveProperty(.dav("current-user-principal")) { _, account in [.principal(account)] },
        LiveProperty(.dav("principal-URL")) { resource, account in
            if case .principal = resource { [.principal(account)] } else { nil }
        },
        LiveProperty(.dav("principal-collection-set")) { _, account in
            [.href(DAVResource.principals.href(of: account))]
        },
        LiveProperty(.calDAV("calendar-home-set")) { resource, account in
            switch resource {
            // Some clients ask for it where they begin.
            case .root, .principal: [.href(DAVResource.home.href(of: account))]
            default: nil
            }
        },
        LiveProperty(.calDAV("calendar-user-address-set")) { resource, account in
            if case .principal = resource { [.href("mailto:\(account.username)")] } else { nil }
        },
    ]

    // MARK: RFC 3744 5

    private static let access = [
        LiveProperty(.dav("owner")) { resource, account in
            switch resource {
            case .home, .calendar, .event: [.principal(account)]
            default: nil
            }
        },
        LiveProperty(.dav("current-user-privilege-set")) { resource, _ in
            let writing = ["write", "write-properties", "write-content", "bind", "unbind"]
            let names: [String]
            switch resource {
            case .home, .calendar: names = ["read", "read-current-user-privilege-set"] + writing
            case .event: names = ["read", "read-current-user-privilege-set", "write", "write-content"]
            default: names = ["read", "read-current-user-privilege-set"]
            }
            var privileges = names.map { XMLElement(.dav("privilege"), [XMLElement(.dav($0))]) }
            if case .calendar = resource {
                privileges.append(XMLElement(.dav("privilege"), [XMLElement(.calDAV("read-free-busy"))]))
            }
            return privileges.map { .element($0) }
        },
    ]
}

extension DAVResource {
    /// RFC 4331 2: where something may be written.
    fileprivate var hasQuota: Bool {
        switch self {
        case .home, .calendar: true
        default: false
        }
    }
}

extension XMLNode {
    static func href(_ path: String) -> XMLNode { .element(XMLElement(.dav("href"), text: path)) }

    static func principal(_ account: Account) -> XMLNode { href(DAVResource.principal.href(of: account)) }
}

// The tree of paths: what kind of thing a path names, whether or not it is there.

import DAVSyntax

/// A place in the tree:
///
///     /dav/                                       where clients begin
///     /dav/principals/ADDRESS/                    the account as somebody
///     /dav/calendars/ADDRESS/                     its calendars
///     /dav/calendars/ADDRESS/CALENDAR/            a calendar
///     /dav/calendars/ADDRESS/CALENDAR/NAME        an event or a to-do
enum DAVPlace: Sendable, Hashable {
    case root, principals, homes
    case principal(owner: String)
    case home(owner: String)
    case calendar(owner: String, name: String)
    case event(owner: String, calendar: String, name: String)

    static let rootPath = "/dav/"

    /// - Returns: nil for a path that leads nowhere. `/` is taken as the root: some clients ask there.
    init?(path: some StringProtocol) {
        guard let segments = ResourcePath.segments(path) else { return nil }
        switch segments.count {
        case 0: self = .root
        case _ where segments[0] != "dav": return nil
        case 1: self = .root
        case 2 where segments[1] == "principals": self = .principals
        case 3 where segments[1] == "principals": self = .principal(owner: segments[2])
        case _ where segments[1] != "calendars": return nil
        case 2: self = .homes
        case 3: self = .home(owner: segments[2])
        case 4: self = .calendar(owner: segments[2], name: segments[3])
        case 5 where !path.hasSuffix("/"):
            self = .event(owner: segments[2], calendar: segments[3], name: segments[4])
        default: return nil
        }
    }

    /// Whose place it is; nil where it is nobody's.
    var owner: String? {
        switch self {
        case .root, .principals, .homes: nil
        case .principal(let owner), .home(let owner), .calendar(let owner, _), .event(let owner, _, _): owner
        }
    }

    /// The methods that make sense there.
    var methods: Set<DAVMethod> {
        switch self {
        case .root, .principals, .principal, .homes, .home: [.propfind, .proppatch]
        case .calendar: [.propfind, .proppatch, .report, .delete, .mkcalendar, .mkcol]
        case .event: [.propfind, .proppatch, .get, .head, .put, .delete, .copy, .move]
        }
    }

    /// RFC 9110 10.2.1
    var allow: String {
        (["OPTIONS"] + methods.map(\.rawValue)).sorted().joined(separator: ", ")
    }
}

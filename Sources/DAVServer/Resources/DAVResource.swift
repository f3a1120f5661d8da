import DAVSyntax
import LightMailCore

/// A thing that is there, and belongs to the account that asks.
enum DAVResource: Sendable {
    case root, principals, principal, homes, home
    case calendar(Calendar)
    case event(CalendarEvent, in: Calendar)

    /// Its path, escaped.
    func href(of account: Account) -> String {
        let segments: [String] =
            switch self {
            case .root: ["dav"]
            case .principals: ["dav", "principals"]
            case .principal: ["dav", "principals", account.username]
            case .homes: ["dav", "calendars"]
            case .home: ["dav", "calendars", account.username]
            case .calendar(let calendar): ["dav", "calendars", account.username, calendar.resource]
            case .event(let event, let calendar):
                ["dav", "calendars", account.username, calendar.resource, event.resource]
            }
        if case .event = self { return ResourcePath.encoded(segments, isCollection: false) }
        return ResourcePath.encoded(segments, isCollection: true)
    }
}

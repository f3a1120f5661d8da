import DAVSyntax
import Hummingbird

/// The methods that take a login. OPTIONS takes none.
enum DAVMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case put = "PUT"
    case delete = "DELETE"
    case copy = "COPY"
    case move = "MOVE"
    case propfind = "PROPFIND"
    case proppatch = "PROPPATCH"
    case mkcol = "MKCOL"
    case mkcalendar = "MKCALENDAR"
    case report = "REPORT"

    init?(_ method: HTTPRequest.Method) {
        self.init(rawValue: method.rawValue)
    }

    func answer(_ request: DAVRequest) async throws -> DAVAnswer {
        switch self {
        case .get, .head: try await Get.answer(request)
        case .put: try await Put.answer(request)
        case .delete: try await Delete.answer(request)
        case .copy: try await CopyMove.answer(request, isMove: false)
        case .move: try await CopyMove.answer(request, isMove: true)
        case .propfind: try await Propfind.answer(request)
        case .proppatch: try await Proppatch.answer(request)
        case .mkcol: try await MakeCalendar.answer(request, expecting: .dav("mkcol"))
        case .mkcalendar: try await MakeCalendar.answer(request, expecting: .calDAV("mkcalendar"))
        case .report: try await Report.answer(request)
        }
    }
}

/// RFC 9110 9.3.7, RFC 4918 10.1
enum Options {
    /// Classes of RFC 4918 18, RFC 4791 5.1 and RFC 5689 3.1. Locks, which class 2 is, there are none.
    static let classes = "1, 3, extended-mkcol, calendar-access"

    static func answer(_ place: DAVPlace) -> DAVAnswer {
        var answer = DAVAnswer(.ok, headers: [.allow: place.allow])
        if let name = HTTPFields.Element.Name("DAV") { answer.headers[name] = classes }
        return answer
    }
}

// The one place where errors become replies of HTTP. Details go to the log, not to the client.

import DAVSyntax
import Hummingbird
import LightMailCore
import NIOCore
import XMLSyntax

/// Why a request is refused: a status, the precondition that is not met where it has a name (RFC 4918 16), and a sentence.
struct DAVProblem: Error, Sendable {
    let status: HTTPResponse.Status
    let detail: String
    /// The element that names the precondition.
    var condition: XMLElement?
    var headers: HTTPFields = [:]
    var endsConnection = false

    init(_ status: HTTPResponse.Status, _ detail: String, condition: XMLElement? = nil, headers: HTTPFields = [:]) {
        self.status = status
        self.detail = detail
        self.condition = condition
        self.headers = headers
    }

    /// A precondition that is not met: what else could be tried is not known, so 403 (RFC 4791 1.3).
    init(_ condition: XMLName, _ detail: String) {
        self.init(.forbidden, detail, condition: XMLElement(condition))
    }

    var answer: DAVAnswer {
        let description = XMLElement(.dav("responsedescription"), text: detail)
        var answer =
            condition.map { DAVAnswer.xml(XMLElement(.dav("error"), [$0, description]), status: status) }
            ?? DAVAnswer(
                status, headers: [.contentType: "text/plain; charset=utf-8"], content: .bytes(Array("\(detail)\n".utf8))
            )
        for field in headers { answer.headers.append(field) }
        answer.endsConnection = endsConnection
        return answer
    }

    init(_ error: any Error) {
        switch error {
        case let problem as DAVProblem:
            self = problem
        case let error as StoreError:
            self.init(error)
        case let error as XMLError:
            self.init(.badRequest, "the XML is refused: \(error.message)")
        case let error as BodyError:
            switch error {
            case .malformed(let detail): self.init(.badRequest, detail)
            case .precondition(let name, let detail): self.init(name, detail)
            }
        case is NIOTooManyBytesError:
            self.init(.contentTooLarge, "the body is too large")
        case is CancellationError:
            self.init(StoreError(.unavailable))
        default:
            self.init(.internalServerError, "a defect of ours; the log of the daemon has more")
        }
    }

    private init(_ error: StoreError) {
        switch error.kind {
        case .notFound: self.init(.notFound, "there is no such thing")
        case .forbidden: self.init(.forbidden, "a right is missing")
        case .alreadyExists: self.init(.conflict, "the name is taken")
        case .invalid(let reason), .limit(let reason): self.init(.forbidden, reason)
        case .conflict(let reason): self.init(.conflict, reason)
        case .inactive: self.init(.forbidden, "the account is not active")
        case .overQuota:
            // RFC 4331 6
            self.init(
                .insufficientStorage, "the quota would be exceeded",
                condition: XMLElement(.dav("quota-not-exceeded")))
        case .infected: self.init(.forbidden, "it contains a virus")
        case .unavailable:
            self.init(.serviceUnavailable, "MySQL or S3 does not answer", headers: [.retryAfter: "10"])
        case .corrupt: self.init(.internalServerError, "the object in S3 is not what was stored")
        case .internal: self.init(.internalServerError, "a defect of ours; the log of the daemon has more")
        }
    }
}

import Hummingbird
import LightMailCore
import LightMailDaemon

/// A request of somebody who is logged in to the console.
struct ConsoleRequest: Sendable {
    let request: AdminRequest
    let session: ConsoleSession
    let form: ConsoleForm

    var store: Store { request.store }

    /// A page.
    ///
    /// - Parameter section: which entry of the navigation is the current one.
    func page(
        _ template: String, title: String, section: String, _ values: Values, status: HTTPResponse.Status = .ok
    ) throws -> Answer {
        var values = values
        values["seal"] = session.formSeal
        values["mayWrite"] = session.holder.may(.write)
        values["note"] = request.query("done").flatMap { Self.notes[$0] }
        return try request.service.document(
            title: title, body: try request.service.templates.render(template, values), status: status,
            [
                "navigation": Self.sections.map { entry in
                    ["path": entry.path, "name": entry.name, "isCurrent": entry.path == section] as Values
                },
                "holder": session.holder.name, "seal": session.formSeal, "isLoggedIn": true,
            ])
    }

    /// Leads on to a page after a form was done, and says there what was done.
    func done(_ note: String, at path: String) -> Answer {
        .redirect(to: path + (path.contains("?") ? "&" : "?") + "done=" + note)
    }

    private static let sections: [(path: String, name: String)] = [
        ("/console", "Overview"), ("/console/domains", "Domains"), ("/console/accounts", "Accounts"),
        ("/console/deleted", "Deleted"), ("/console/sessions", "Sessions"), ("/console/blocked", "Blocked"),
        ("/console/webhooks", "Webhooks"),
        ("/console/health", "Health"),
    ]

    /// What can stand above a page. The query names one of these, so that nobody can put words in our mouth.
    private static let notes = [
        "added": "Added.", "changed": "Changed.", "removed": "Removed.", "restored": "Restored.",
        "password": "The password was changed.", "ending": "The session ends within seconds.",
    ]
}

/// A form as a browser sends it (application/x-www-form-urlencoded).
struct ConsoleForm: Sendable {
    private let fields: [String: String]

    /// Most fields that are read; no form of ours has as many.
    private static let limit = 64

    init(_ body: [UInt8]) {
        var fields: [String: String] = [:]
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&").prefix(Self.limit) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? String(parts[1].map { $0 == "+" ? " " : $0 }) : ""
            fields[String(parts[0])] = value.percentDecoded
        }
        self.fields = fields
    }

    subscript(name: String) -> String? { fields[name] }

    /// - Throws: `Problem` 422 when the field is missing or empty.
    func text(_ name: String) throws -> String {
        guard let text = fields[name], !text.isEmpty else { throw Problem(.unprocessableContent, "\(name) is empty") }
        return text
    }

    /// A limit; nil for a field left empty.
    ///
    /// - Parameter unit: what the number counts.
    /// - Throws: `Problem` 422.
    func limit(_ name: String, unit: UInt64 = 1) throws -> UInt64? {
        guard let text = fields[name], !text.isEmpty else { return nil }
        guard let number = UInt64(text), case let (limit, overflow) = number.multipliedReportingOverflow(by: unit),
            !overflow, limit <= UInt64(Int64.max)
        else { throw Problem(.unprocessableContent, "\(name) is not a number") }
        return limit
    }
}

extension AdminService {
    /// A page as a whole.
    func document(title: String, body: String, status: HTTPResponse.Status = .ok, _ values: Values) throws -> Answer {
        var values = values
        values["title"] = title
        values["hostname"] = configuration.system.hostname
        values["version"] = Release.version
        values["body"] = body
        var answer = Answer.text(
            try templates.render("layout", values), status: status, type: "text/html; charset=utf-8")
        // Nothing but our own files, and no script or style in a page itself: what a message smuggles in is dead text.
        answer.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        answer.headers[named: "Referrer-Policy"] = "same-origin"
        answer.headers[named: "Cross-Origin-Opener-Policy"] = "same-origin"
        return answer
    }
}

extension Answer {
    /// RFC 9110 15.4.4
    static func redirect(to path: String) -> Answer {
        Answer(.seeOther, headers: [.location: path])
    }
}

extension String {
    /// RFC 3986 2.1; what is no %HH stays as it is.
    var percentDecoded: String {
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

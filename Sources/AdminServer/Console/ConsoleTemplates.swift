import Hummingbird
import Mustache

/// What a template is filled with. Every string is escaped where the template writes `{{name}}`; none writes `{{{name}}}`
/// but for markup of our own.
typealias Values = [String: Any]

/// The templates of the console, read once.
struct ConsoleTemplates: Sendable {
    private let library: MustacheLibrary

    private static let sources = [
        "layout": ConsoleAssets.layout, "login": ConsoleAssets.login, "dashboard": ConsoleAssets.dashboard,
        "domains": ConsoleAssets.domains, "accounts": ConsoleAssets.accounts, "account": ConsoleAssets.account,
        "mailbox": ConsoleAssets.mailbox, "message": ConsoleAssets.message, "deleted": ConsoleAssets.deleted,
        "blocked": ConsoleAssets.blocked, "sessions": ConsoleAssets.sessions, "webhooks": ConsoleAssets.webhooks,
        "health": ConsoleAssets.health,
        "problem": ConsoleAssets.problem,
    ]

    /// - Throws: what the library finds wrong with a template, which the first start of a build would show.
    init() throws {
        MustacheContentTypes.register(PageText(), named: "LIGHTMAIL")
        library = MustacheLibrary(
            templates: try Self.sources.mapValues { try MustacheTemplate(string: "{{% CONTENT_TYPE: LIGHTMAIL}}" + $0) }
        )
    }

    /// A page's main part.
    func render(_ template: String, _ values: Values) throws -> String {
        guard let text = library.render(values, withTemplate: template) else {
            throw Problem(.internalServerError, "the console lacks a template")
        }
        return text
    }
}

/// Text in HTML, escaped scalar by scalar: the library's own escaping goes by characters, and a quote with a combining mark
/// behind it is one character that it would let through.
struct PageText: MustacheContentType {
    func escapeText(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(Self.isShown(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return escaped
    }

    /// Control characters and the marks that turn the direction of writing are not shown: they make one name look like
    /// another.
    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: true
        case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: false
        default: true
        }
    }
}

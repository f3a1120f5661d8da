import FoundationEssentials
import Hummingbird
import LightMailCore
import LightMailDaemon

/// A request as a route sees it: let in, its body read, and its values checked as they are asked for.
struct AdminRequest: Sendable {
    let service: AdminService
    let request: Request
    let context: AdminContext
    /// Whose token it carries; nil where none is asked for.
    let holder: Holder?
    /// The body, within the bound of the configuration; empty for GET and HEAD, whose bodies mean nothing.
    let body: [UInt8]

    var store: Store { service.store }

    /// A number in the path.
    ///
    /// - Throws: `Problem` 400.
    func number(_ name: String) throws -> UInt64 {
        guard let number = context.parameters.get(name).flatMap({ UInt64($0) }), number <= UInt64(Int64.max) else {
            throw Problem(.badRequest, "\(name) is not a number")
        }
        return number
    }

    /// A word in the path, percent-decoded.
    ///
    /// - Throws: `Problem` 400 when it is none.
    func word(_ name: String) throws -> String {
        guard let word = context.parameters.get(name), !word.isEmpty else {
            throw Problem(.badRequest, "\(name) is missing")
        }
        return word
    }

    /// A value of the query, percent-decoded; nil when it is not there or empty.
    func query(_ name: String) -> String? {
        guard let value = request.uri.queryParameters[name[...]], !value.isEmpty else { return nil }
        return String(value)
    }

    /// A number of the query.
    ///
    /// - Throws: `Problem` 400 when it is none, or out of range.
    func queryNumber(_ name: String, in range: ClosedRange<UInt64> = 0...UInt64(Int64.max)) throws -> UInt64? {
        guard let text = query(name) else { return nil }
        guard let number = UInt64(text), range.contains(number) else {
            throw Problem(.badRequest, "\(name) is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The body as JSON.
    ///
    /// - Throws: `Problem` 415 for another type, 400 for what is no such JSON.
    func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try requireJSON()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(Value.self, from: Data(body))
        } catch let error as DecodingError {
            throw Problem(.badRequest, error.explanation)
        }
    }

    /// The body as JSON; a body may be left out.
    func decode<Value: Decodable>(orEmpty value: Value) throws -> Value {
        body.isEmpty ? value : try decode()
    }

    private func requireJSON() throws {
        guard let type = request.headers[.contentType] else { return }
        let essence = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard essence == "application/json" else {
            throw Problem(.unsupportedMediaType, "the body must be application/json")
        }
    }
}

extension DecodingError {
    /// What a client needs to know to mend its request. Values stay out of it.
    fileprivate var explanation: String {
        switch self {
        case .keyNotFound(let key, let context):
            "\(Self.path(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context):
            "\(Self.path(context.codingPath)) has the wrong type"
        case .valueNotFound(_, let context):
            "\(Self.path(context.codingPath)) is null"
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            "\(Self.path(context.codingPath)) cannot be read"
        default:
            "the body is not JSON"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        let names = keys.map { key in
            key.stringValue.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
        }
        return names.isEmpty ? "the body" : names.joined(separator: ".")
    }
}

import Hummingbird
import LightMailCore

/// Which page of a list a request wants: `limit` and `offset`, or `limit` and the `cursor` that the page before gave.
struct Paging<Key: LosslessStringConvertible & Sendable>: Sendable {
    let page: Page<Key>
    private let path: String
    /// What else of the query decides what is listed.
    private let rest: [(name: String, value: String)]

    /// - Parameters:
    ///   - limit: without a limit in the query; nil for all rows.
    ///   - kept: names of the query that the next page must have too.
    /// - Throws: `Problem` 400.
    init(_ request: AdminRequest, limit: Int?, keeping kept: [String] = []) throws {
        let largest = UInt64(Administration.largestPage)
        let limit = try request.queryNumber("limit", in: 1...largest).map { Int($0) } ?? limit
        let offset = try request.queryNumber("offset", in: 0...1_000_000_000) ?? 0
        let cursor = request.query("cursor")
        guard cursor == nil || offset == 0 else {
            throw Problem(.badRequest, "a list is read on by offset or by cursor, not by both")
        }
        let key = cursor.flatMap { Key($0) }
        guard (cursor == nil) == (key == nil) else { throw Problem(.badRequest, "this list has no such cursor") }
        // One row more says whether another page follows.
        page = Page(limit: limit.map { $0 + 1 }, offset: Int(offset), after: key)
        path = request.request.uri.path
        rest = kept.compactMap { name in request.query(name).map { (name, $0) } }
    }

    /// The rows as JSON, with a link to the next page where there is one (RFC 8288).
    func answer<Row, Item: Encodable>(
        _ rows: [Row], key: (Row) -> Key, _ item: (Row) throws -> Item
    ) throws -> Answer {
        guard let limit = page.limit, rows.count == limit, let last = rows.dropLast().last else {
            return try .json(try rows.map(item))
        }
        var answer = try Answer.json(try rows.dropLast().map(item))
        let query = (rest + [("limit", "\(limit - 1)"), ("cursor", "\(key(last))")])
            .map { "\($0.name)=\($0.value.percentEncoded)" }.joined(separator: "&")
        answer.headers[named: "Link"] = "<\(path.percentEncodedPath)?\(query)>; rel=\"next\""
        return answer
    }
}

extension String {
    /// RFC 3986 2.1: all but the unreserved characters as %HH.
    var percentEncoded: String { percentEncoded(keeping: "") }

    /// The same, with the slashes of a path.
    fileprivate var percentEncodedPath: String { percentEncoded(keeping: "/%") }

    private func percentEncoded(keeping kept: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let kept = Array(kept.utf8)
        return String(
            decoding: utf8.flatMap { byte -> [UInt8] in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    [byte]
                case _ where kept.contains(byte): [byte]
                default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }, as: UTF8.self)
    }
}

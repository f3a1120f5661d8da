import XMLSyntax

/// Reads the XML of S3's answers under bounds. Document types, and so entities of any kind, are refused.
enum AnswerDocument {
    struct Malformed: Error, Equatable { let reason: String }

    static let maximumBytes = 8 * 1024 * 1024
    private static let limits = {
        var limits = XMLLimits()
        limits.octets = maximumBytes
        limits.depth = 8
        limits.elements = 20_000
        return limits
    }()

    /// - Throws: `Malformed` for what is not well-formed XML or exceeds a bound.
    static func parse(_ bytes: [UInt8]) throws(Malformed) -> XMLElement {
        do throws(XMLError) {
            return try XMLReader.read(bytes, limits: limits)
        } catch {
            throw Malformed(reason: error.message)
        }
    }
}

extension XMLElement {
    /// The text of the first child of a name, whatever its namespace: not every server says the same one.
    func text(of name: String) -> String? { elements.first { $0.name.local == name }?.text }

    func children(named name: String) -> [XMLElement] { elements.filter { $0.name.local == name } }
}

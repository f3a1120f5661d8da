import ArgumentParser
import FoundationEssentials
import Glibc

/// What a subcommand prints: lines for people and for cut(1), or a value as JSON.
struct Report {
    let lines: [String]
    let value: any Encodable
    /// The process's exit status: not 0 when what was found, though told in full, is bad news.
    let status: Int32

    init(_ lines: [String], _ value: any Encodable, status: Int32 = 0) {
        self.lines = lines
        self.value = value
        self.status = status
    }

    /// A line of fields separated by tabs; a field's own control characters become spaces, so that a line stays one.
    static func line(_ fields: [String]) -> String {
        fields.map { field in
            String(
                String.UnicodeScalarView(
                    field.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
        }.joined(separator: "\t")
    }

    func print(asJSON: Bool) throws {
        if asJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            Swift.print(String(decoding: try encoder.encode(value), as: UTF8.self))
        } else {
            for line in lines { Swift.print(line) }
        }
        if status != 0 { throw ExitCode(status) }
    }
}

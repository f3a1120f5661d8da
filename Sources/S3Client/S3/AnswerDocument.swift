// The XML of S3's answers, read into a small tree under bounds. Document types, and so entities of any kind, are refused.

import Foundation
import FoundationXML

/// Reads the XML of an answer.
enum AnswerDocument {
    /// An element with its children; character data between children is not kept.
    struct Element: Sendable, Equatable {
        let name: String
        var text = ""
        var children: [Element] = []

        /// The character data of the first child of a name.
        func text(of name: String) -> String? { children.first { $0.name == name }?.text }

        func children(named name: String) -> [Element] { children.filter { $0.name == name } }
    }

    struct Malformed: Error, Equatable { let reason: String }

    static let maximumBytes = 8 * 1024 * 1024
    private static let maximumDepth = 8
    private static let maximumElements = 20_000

    /// - Throws: `Malformed` for what is not well-formed XML or exceeds a bound.
    static func parse(_ bytes: [UInt8]) throws(Malformed) -> Element {
        guard bytes.count <= maximumBytes else { throw Malformed(reason: "more than \(maximumBytes) bytes") }
        guard !containsDocumentType(bytes) else { throw Malformed(reason: "a document type") }
        let parser = XMLParser(data: Data(bytes))
        let builder = Builder()
        parser.shouldResolveExternalEntities = false
        parser.delegate = builder
        guard parser.parse(), let root = builder.root else {
            throw Malformed(reason: builder.excess ?? "not well-formed")
        }
        return root
    }

    private static func containsDocumentType(_ bytes: [UInt8]) -> Bool {
        let mark = Array("<!DOCTYPE".utf8)
        // XML in another encoding could hide the mark, and S3 answers in UTF-8: a NUL gives it away.
        guard !bytes.contains(0) else { return true }
        return bytes.indices.contains { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    }

    private final class Builder: NSObject, XMLParserDelegate {
        var root: Element?
        var excess: String?
        private var open: [Element] = []
        private var count = 0

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            count += 1
            guard open.count < maximumDepth, count <= maximumElements else {
                excess = "too many elements, or too deep"
                parser.abortParsing()
                return
            }
            open.append(Element(name: name))
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) {
            guard let last = open.indices.last else { return }
            open[last].text += string
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) {
            guard let element = open.popLast() else { return }
            if let last = open.indices.last {
                open[last].children.append(element)
            } else {
                root = element
            }
        }
    }
}

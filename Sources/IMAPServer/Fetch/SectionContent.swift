import IMAPSyntax
import LightMailCore
import MailFormat

/// Where the bytes of a section come from.
enum SectionContent {
    /// The message has no such section.
    case absent
    case bytes([UInt8])
    /// Of the message as the client sees it.
    case range(Range<UInt64>)
    /// Fields of the header that stands there.
    case fields(of: Range<UInt64>, names: [[UInt8]], inverted: Bool)

    /// The bytes of a header that are searched for fields when it is too large to be kept in the row.
    static let maximumHeader = 1 << 20

    /// RFC 9051 6.4.5.1
    init(_ section: SectionSpec, of details: MessageDetails) {
        self = section.part.isEmpty ? Self.ofMessage(section.text, details) : Self.ofPart(section, details)
    }

    private static func ofMessage(_ text: SectionText?, _ details: MessageDetails) -> SectionContent {
        let header = 0..<details.headerSize
        switch text {
        case nil: return .range(0..<details.size)
        case .text: return .range(details.headerSize..<details.size)
        case .header: return details.header.map { .bytes($0) } ?? .range(header)
        case .headerFields(let names): return fields(header, details.header, names, inverted: false)
        case .headerFieldsNot(let names): return fields(header, details.header, names, inverted: true)
        case .mime: return .absent
        }
    }

    private static func fields(
        _ range: Range<UInt64>, _ header: [UInt8]?, _ names: [[UInt8]], inverted: Bool
    ) -> SectionContent {
        header.map { .bytes($0.fields(names, inverted: inverted)) }
            ?? .fields(of: range, names: names, inverted: inverted)
    }

    private static func ofPart(_ section: SectionSpec, _ details: MessageDetails) -> SectionContent {
        let kind: Section.Kind
        switch section.text {
        case nil: kind = .whole
        case .text: kind = .text
        case .mime: kind = .mime
        case .header, .headerFields, .headerFieldsNot: kind = .header
        }
        let path = section.part.map { Int($0) }
        guard let range = details.structure?.range(of: Section(path: path, kind: kind)) else { return .absent }
        let inMessage = range.shifted(by: UInt64(details.prefix.count))
        switch section.text {
        case .headerFields(let names): return .fields(of: inMessage, names: names, inverted: false)
        case .headerFieldsNot(let names): return .fields(of: inMessage, names: names, inverted: true)
        default: return .range(inMessage)
        }
    }
}

extension [UInt8] {
    /// Fields of the header that the bytes are, as HEADER.FIELDS and HEADER.FIELDS.NOT give them.
    func fields(_ names: [[UInt8]], inverted: Bool) -> [UInt8] {
        HeaderBlock(self).fields(matching: names, inverted: inverted)
    }
}

extension Range<UInt64> {
    func shifted(by offset: UInt64) -> Range<UInt64> {
        (lowerBound + offset)..<(upperBound + offset)
    }
}

import IMAPSyntax
import LightMailCore

/// What a FETCH has to read, decided once for all its messages.
struct FetchPlan: Sendable {
    /// With the UID that the UID commands show unasked (RFC 9051 6.4.9).
    let items: [FetchItem]
    /// Whether \Seen is set.
    let setsSeen: Bool
    let showsFlags: Bool
    /// Whether the index alone cannot answer.
    let needsDetails: Bool
    let parts: DetailParts

    /// - Throws: for items of extensions that are not offered.
    init(_ command: FetchCommand, uid: Bool) throws(CommandFailure) {
        guard command.changedSince == nil, !command.vanished else { throw .bad("No such modifier") }
        var items = command.items
        if uid, !items.contains(.uid) { items.insert(.uid, at: 0) }
        var parts: DetailParts = []
        var needsDetails = false
        for item in items {
            switch item {
            case .flags, .internalDate, .rfc822Size, .uid: continue
            case .envelope: parts.insert(.envelope)
            case .body, .bodyStructure, .binary, .binarySize: parts.insert(.structure)
            case .rfc822, .rfc822Text: break
            case .rfc822Header: parts.insert(.header)
            case .bodySection(let section, _, _):
                if !section.part.isEmpty {
                    parts.insert(.structure)
                } else if section.text?.isOfHeader == true {
                    parts.insert(.header)
                }
            case .modSequence, .emailID, .threadID, .saveDate, .preview: throw .bad("No such item")
            }
            needsDetails = true
        }
        self.items = items
        self.parts = parts
        self.needsDetails = needsDetails
        setsSeen = items.contains(where: \.setsSeen)
        showsFlags = items.contains(.flags)
    }
}

extension SectionText {
    /// Whether the header of a message is all that is needed.
    fileprivate var isOfHeader: Bool {
        switch self {
        case .header, .headerFields, .headerFieldsNot: true
        case .text, .mime: false
        }
    }
}

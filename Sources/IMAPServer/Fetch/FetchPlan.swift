import IMAPSyntax
import LightMailCore

/// What a FETCH has to read, decided once for all its messages.
struct FetchPlan: Sendable {
    /// With the UID that the UID commands show unasked (RFC 9051 6.4.9).
    let items: [FetchItem]
    /// Whether \Seen is set.
    let setsSeen: Bool
    let showsFlags: Bool
    let showsModSequence: Bool
    /// Whether the index alone cannot answer.
    let needsDetails: Bool
    let parts: DetailParts
    /// Whether the index and the envelopes answer it all, so that many messages can be answered at a time.
    let needsEnvelopesAtMost: Bool

    /// - Parameter showingUID: whether the UID is an item even when it was not asked for.
    init(_ command: FetchCommand, showingUID: Bool) {
        var items = command.items
        if showingUID, !items.contains(.uid) { items.insert(.uid, at: 0) }
        // RFC 7162 3.1.4.1
        if command.changedSince != nil, !items.contains(.modSequence) { items.append(.modSequence) }
        var parts: DetailParts = []
        var needsDetails = false
        for item in items where !item.isOfIndex {
            switch item {
            case .flags, .internalDate, .modSequence, .rfc822Size, .uid: break
            case .envelope: parts.insert(.envelope)
            case .body, .bodyStructure, .binary, .binarySize: parts.insert(.structure)
            case .emailID, .rfc822, .rfc822Text, .saveDate: break
            case .rfc822Header, .threadID: parts.insert(.header)
            case .preview: parts.insert(.preview)
            case .bodySection(let section, _, _):
                if !section.part.isEmpty {
                    parts.insert(.structure)
                } else if section.text?.isOfHeader == true {
                    parts.insert(.header)
                }
            }
            needsDetails = true
        }
        self.items = items
        self.parts = parts
        self.needsDetails = needsDetails
        needsEnvelopesAtMost = items.allSatisfy { $0.isOfIndex || $0 == .envelope }
        setsSeen = items.contains(where: \.setsSeen)
        showsFlags = items.contains(.flags)
        showsModSequence = items.contains(.modSequence)
    }
}

extension FetchItem {
    /// Whether the index knows it.
    var isOfIndex: Bool {
        switch self {
        case .flags, .internalDate, .modSequence, .rfc822Size, .uid: true
        default: false
        }
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

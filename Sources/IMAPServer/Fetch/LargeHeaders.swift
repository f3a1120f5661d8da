import LightMailCore

/// The messages of a batch whose headers are too large to hold a thousand of them: they are read again as their turn comes,
/// so many at a time, so that a FETCH of headers holds 16 MiB of short ones and 8 MiB of these at most.
struct LargeHeaders {
    /// How many are read in a round trip.
    static let atOnce = 64

    /// In the order of the batch.
    private var waiting: ArraySlice<UID> = []
    private var read: [UID: MessageDetails] = [:]
    private var uids: Set<UID> = []

    /// - Parameter details: of the batch, read with `FetchPlan.partsAtOnce`.
    init(_ plan: FetchPlan, _ details: [MessageDetails]) {
        guard plan.parts.contains(.header) else { return }
        waiting = details.filter { $0.header == nil }.map(\.uid)[...]
        uids = Set(waiting)
    }

    func contains(_ uid: UID) -> Bool { uids.contains(uid) }

    /// The details with the header; nil when the message is gone by now. To be asked for in the order of the batch.
    mutating func details(
        of uid: UID, _ plan: FetchPlan, in selected: SelectedMailbox, _ messages: Messages
    ) async throws(StoreError) -> MessageDetails? {
        if waiting.first == uid {
            let next = Array(waiting.prefix(Self.atOnce))
            waiting = waiting.dropFirst(next.count)
            read = [:]
            for detail in try await messages.details(
                account: selected.account, mailbox: selected.id, uids: next, parts: plan.parts)
            {
                read[detail.uid] = detail
            }
        }
        return read.removeValue(forKey: uid)
    }
}

extension FetchPlan {
    /// What is read of a thousand messages at once: of their headers the short ones.
    var partsAtOnce: DetailParts {
        parts.contains(.header) ? parts.subtracting(.header).union(.shortHeader) : parts
    }
}

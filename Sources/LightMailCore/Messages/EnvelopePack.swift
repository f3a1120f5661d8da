import MailFormat
import MariaDBClient

/// The envelopes of messages that follow each other in a mailbox, as they are stored, one behind the other.
package struct EnvelopePack: Sendable {
    /// The UIDs it speaks of: every message in this range that was there when it was read is in it, living or not yet
    /// collected.
    package let range: ClosedRange<UID>
    private let strings: PackedStrings

    init(_ range: ClosedRange<UID>, _ strings: PackedStrings) {
        self.range = range
        self.strings = strings
    }

    /// What the views of the pack read.
    package var bytes: [UInt8] { strings.bytes }

    /// About how many bytes of memory it takes.
    var cost: Int { strings.bytes.count + strings.count * 16 + 128 }

    /// Gives the envelope of each of the messages in turn; nil for one that is not there.
    ///
    /// - Parameter uids: ascending, within the range.
    /// - Throws: `StoreError` corrupt for bytes that are no envelope, and what `body` throws.
    package func forEach(_ uids: ArraySlice<UID>, _ body: (UID, EnvelopeView?) throws -> Void) throws {
        guard let first = uids.first else { return }
        var row = place(of: first)
        for uid in uids {
            while row < strings.count, strings.keys[row] < uid { row += 1 }
            guard row < strings.count, strings.keys[row] == uid else {
                try body(uid, nil)
                continue
            }
            let view: EnvelopeView
            do {
                view = try EnvelopeView(strings.bytes, at: strings.range(at: row))
            } catch {
                throw StoreError(.corrupt, "envelope of UID \(uid): \(error)")
            }
            try body(uid, view)
        }
    }

    /// The row of the first message whose UID is at least this.
    private func place(of uid: UID) -> Int {
        var low = 0
        var high = strings.count
        while low < high {
            let middle = (low + high) / 2
            if strings.keys[middle] < uid { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

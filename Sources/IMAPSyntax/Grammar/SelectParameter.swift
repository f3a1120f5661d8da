// Parameters of SELECT and EXAMINE.

/// A parameter of SELECT or EXAMINE.
///
/// RFC 7162 7
///
///     select-param =/ "CONDSTORE" / "QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids]
///                     [SP seq-match-data] ")"
package enum SelectParameter: Hashable, Sendable {
    /// RFC 7162 3.1.8
    case condStore
    /// RFC 7162 3.2.5
    case qResync(QResyncParameter)
}

/// What a client that comes back says it knew of the mailbox. No set in it holds `*` or `$`.
package struct QResyncParameter: Hashable, Sendable {
    package var uidValidity: UInt32
    /// 1 to 2^63-1.
    package var modSequence: UInt64
    /// The UIDs that the client has; nil when it did not say.
    package var knownUIDs: SequenceSet?
    /// Message numbers with the UIDs the client saw there; nil when it did not say.
    package var sequenceMatch: SequenceMatch?

    /// RFC 7162 7
    ///
    ///     seq-match-data = "(" known-sequence-set SP known-uid-set ")"
    package struct SequenceMatch: Hashable, Sendable {
        package var sequenceNumbers: SequenceSet
        package var uids: SequenceSet

        package init(sequenceNumbers: SequenceSet, uids: SequenceSet) {
            self.sequenceNumbers = sequenceNumbers
            self.uids = uids
        }
    }

    package init(
        uidValidity: UInt32, modSequence: UInt64, knownUIDs: SequenceSet? = nil, sequenceMatch: SequenceMatch? = nil
    ) {
        self.uidValidity = uidValidity
        self.modSequence = modSequence
        self.knownUIDs = knownUIDs
        self.sequenceMatch = sequenceMatch
    }
}

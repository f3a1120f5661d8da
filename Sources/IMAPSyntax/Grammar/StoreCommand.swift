// STORE: which flags change, and how.

/// How STORE changes flags.
///
/// RFC 9051 6.4.6
///
///     store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP (flag-list / (flag *(SP flag)))
package struct StoreOperation: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        /// `FLAGS`: these flags and no others.
        case replace
        /// `+FLAGS`
        case add
        /// `-FLAGS`
        case remove
    }

    package var action: Action
    /// `.SILENT`: the client does not want the new flags back.
    package var isSilent: Bool
    /// Each once; empty means none.
    package var flags: [Flag]

    package init(_ action: Action, _ flags: [Flag], isSilent: Bool = false) {
        self.action = action
        self.flags = flags
        self.isSilent = isSilent
    }
}

/// The arguments of STORE.
///
/// RFC 9051 9, RFC 7162 3.1.3
///
///     store          = "STORE" SP sequence-set [SP "(" store-modifier ")"] SP store-att-flags
///     store-modifier =/ "UNCHANGEDSINCE" SP mod-sequence-valzer
package struct StoreCommand: Hashable, Sendable {
    package var messages: SequenceSet
    package var operation: StoreOperation
    /// Leave alone every message whose mod-sequence is larger.
    package var unchangedSince: UInt64?

    package init(messages: SequenceSet, operation: StoreOperation, unchangedSince: UInt64? = nil) {
        self.messages = messages
        self.operation = operation
        self.unchangedSince = unchangedSince
    }
}

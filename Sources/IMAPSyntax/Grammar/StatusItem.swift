// What STATUS can ask about a mailbox.

/// An item of STATUS.
///
/// RFC 9051 6.3.11; RECENT: RFC 3501; HIGHESTMODSEQ: RFC 7162; SIZE: RFC 8438; MAILBOXID: RFC 8474; DELETED-STORAGE: RFC
/// 9208; APPENDLIMIT: RFC 7889
///
///     status-att = "MESSAGES" / "UIDNEXT" / "UIDVALIDITY" / "UNSEEN" / "DELETED" / "SIZE"
///     status-att =/ "RECENT" / "HIGHESTMODSEQ" / "MAILBOXID" / "DELETED-STORAGE" / "APPENDLIMIT"
package enum StatusItem: String, Hashable, Sendable, CaseIterable {
    case messages = "MESSAGES"
    case recent = "RECENT"
    case uidNext = "UIDNEXT"
    case uidValidity = "UIDVALIDITY"
    case unseen = "UNSEEN"
    case deleted = "DELETED"
    case deletedStorage = "DELETED-STORAGE"
    case size = "SIZE"
    case highestModSeq = "HIGHESTMODSEQ"
    case mailboxID = "MAILBOXID"
    case appendLimit = "APPENDLIMIT"
}

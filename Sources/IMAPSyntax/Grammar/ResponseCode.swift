// The codes in brackets that tell a client, in a form for programs, why.

/// A response code.
///
/// RFC 9051 7.1, RFC 5530, RFC 4315, RFC 7162, RFC 6154, RFC 5182, RFC 8474, RFC 4469 (BADURL, TOOBIG), RFC 4978,
/// RFC 9585, RFC 9586, RFC 5267 4.3.1 (NOUPDATE)
///
///     resp-text = ["[" resp-text-code "]" SP] [text]
package enum ResponseCode: Hashable, Sendable {
    case alert
    case alreadyExists
    /// In the order of the messages (RFC 3502).
    case appendUID(uidValidity: UInt32, uids: SequenceSet)
    case authenticationFailed
    case authorizationFailed
    case badCharset([String])
    /// The names of the events that are offered (RFC 5465 5).
    case badEvent([String])
    /// The URL as the client wrote it (RFC 4469 4.1).
    case badURL([UInt8])
    case cannot
    case capability([String])
    case clientBug
    case closed
    case compressionActive
    case contactAdmin
    /// Both sets ascend, and correspond number by number (RFC 4315 3).
    case copyUID(uidValidity: UInt32, source: SequenceSet, destination: SequenceSet)
    case corruption
    case expired
    case expungeIssued
    case hasChildren
    case highestModSeq(UInt64)
    /// RFC 9585 4: how far a command has come. `tag` is nil where it cannot be told; `goal` is above `done`.
    case inProgress(tag: String?, done: UInt32, goal: UInt32)
    case inUse
    case limit
    case mailboxID(ObjectID)
    /// In octets: the largest value that was left out (RFC 5464 4.2.1).
    case metadataLongEntries(UInt32)
    /// In octets: the largest value that is taken (RFC 5464 4.3).
    case metadataMaxSize(UInt32)
    /// RFC 5464 4.3
    case metadataTooMany
    /// RFC 5464 4.3
    case metadataNoPrivate
    /// UIDs or message numbers, as the command took them.
    case modified(SequenceSet)
    case nonExistent
    case noModSeq
    case noPerm
    /// RFC 5465 5.8
    case notificationOverflow
    /// RFC 5267 4.3.1: the tag of the search whose result is not kept up to date.
    case noUpdate(String)
    case notSaved
    case overQuota
    case parse
    /// `allowsNewKeywords` adds `\*`.
    case permanentFlags([Flag], allowsNewKeywords: Bool)
    case privacyRequired
    case readOnly
    case readWrite
    case serverBug
    case tooBig
    case tryCreate
    case uidNext(UInt32)
    case uidNotSticky
    /// RFC 9586 3
    case uidRequired
    case uidValidity(UInt32)
    case unavailable
    case unknownCTE
    /// RFC 3501 7.1; the message number of the first unseen message.
    case unseen(UInt32)
    case useAttr
}

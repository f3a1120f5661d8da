// What a server says, apart from FETCH, which ResponseEncoder writes piece by piece.

/// Text for people, with an optional code for programs.
///
///     resp-text = ["[" resp-text-code "]" SP] [text]
package struct ResponseText: Hashable, Sendable {
    package var code: ResponseCode?
    /// One line. The encoder replaces what does not belong on a line, so nothing in it can begin a line of its own.
    package var text: String

    package init(_ text: String, code: ResponseCode? = nil) {
        self.code = code
        self.text = text
    }
}

/// How a command ended.
///
///     resp-cond-state = ("OK" / "NO" / "BAD") SP resp-text
package enum Completion: Hashable, Sendable {
    case ok(ResponseText)
    case no(ResponseText)
    case bad(ResponseText)
}

/// A response.
///
/// RFC 9051 7
///
///     response-data = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data / message-data / capability-data /
///                     enable-data) CRLF
package enum Response: Hashable, Sendable {
    /// RFC 9051 2.2.2; ends the command with that tag.
    case tagged(String, Completion)
    /// An untagged OK, NO or BAD.
    case untagged(Completion)
    /// RFC 9051 7.1.4
    case preAuth(ResponseText)
    /// RFC 9051 7.1.5
    case bye(ResponseText)
    /// RFC 9051 7.2.2
    case capability([String])
    /// RFC 9051 7.2.1
    case enabled([String])
    /// RFC 2971 3.2; nil is NIL.
    case id([IDField]?)
    /// RFC 9051 7.3.1
    case list(MailboxListing)
    /// RFC 3501 7.2.3
    case lsub(MailboxListing)
    /// RFC 9051 7.3.3
    case namespace(personal: [NamespaceDescription], otherUsers: [NamespaceDescription], shared: [NamespaceDescription])
    /// RFC 9051 7.3.2
    case status(MailboxName, [StatusValue])
    /// RFC 9051 7.3.5
    case flags([Flag])
    /// RFC 9051 7.4.1
    case exists(UInt32)
    /// RFC 3501 7.3.2
    case recent(UInt32)
    /// RFC 9051 7.5.1
    case expunge(UInt32)
    /// RFC 7162 3.2.10; an empty set writes nothing.
    case vanished(SequenceSet, earlier: Bool)
    /// RFC 3501 7.2.5; the mod-sequence per RFC 7162 3.1.5.
    case search([UInt32], highestModSeq: UInt64?)
    /// RFC 9051 7.3.4
    case eSearch(ESearchResult)
    /// RFC 5256 4, in the order asked for; the mod-sequence per RFC 7162 3.1.6.
    case sort([UInt32], highestModSeq: UInt64?)
    /// RFC 5256 4
    case thread(MessageThreads)
    /// RFC 9208 4.2.1
    case quota(root: [UInt8], [QuotaResourceValue])
    /// RFC 9208 4.2.2
    case quotaRoots(MailboxName, [[UInt8]])
    /// RFC 4314 3.6
    case acl(MailboxName, [AccessEntry])
    /// RFC 4314 3.7: the rights that the identifier always has, and those that it can be given, tied ones together.
    case listRights(MailboxName, identifier: [UInt8], required: [UInt8], optional: [[UInt8]])
    /// RFC 4314 3.8
    case myRights(MailboxName, [UInt8])
    /// RFC 5464 4.4.1; the name is empty for the server, the list never.
    case metadata(MailboxName, [MetadataEntry])
    /// RFC 5464 4.4.2; the name is empty for the server, the list never.
    case metadataChanged(MailboxName, [MetadataEntryName])
    /// RFC 9051 7.6
    case continuation(ResponseText)
    /// RFC 9051 7.6; the encoder writes it in base64.
    case challenge([UInt8])
}

/// RFC 9051 7.3.1, RFC 5258 4
///
///     mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox [SP mbox-list-extended]
package struct MailboxListing: Hashable, Sendable {
    package var attributes: [MailboxAttribute]
    /// Nil in a flat namespace.
    package var delimiter: UInt8?
    package var name: MailboxName
    /// CHILDINFO: which selection options descendants met (RFC 5258 3.5); empty leaves it out.
    package var childInfo: [ListSelectionOption]
    /// OLDNAME (RFC 9051 6.3.9.7).
    package var oldName: MailboxName?

    package init(
        attributes: [MailboxAttribute] = [], delimiter: UInt8? = UInt8(ascii: "/"), name: MailboxName,
        childInfo: [ListSelectionOption] = [], oldName: MailboxName? = nil
    ) {
        self.attributes = attributes
        self.delimiter = delimiter
        self.name = name
        self.childInfo = childInfo
        self.oldName = oldName
    }
}

/// RFC 9051 7.3.3
///
///     namespace-descr = "(" string SP (DQUOTE QUOTED-CHAR DQUOTE / nil) [namespace-response-extensions] ")"
package struct NamespaceDescription: Hashable, Sendable {
    package var prefix: MailboxName
    package var delimiter: UInt8?

    package init(prefix: MailboxName, delimiter: UInt8?) {
        self.prefix = prefix
        self.delimiter = delimiter
    }
}

/// RFC 9051 7.3.2, with the extensions named at StatusItem
///
///     status-att-val = ("MESSAGES" SP number) / ("UIDNEXT" SP nz-number) / ... / ("SIZE" SP number64)
package enum StatusValue: Hashable, Sendable {
    case messages(UInt32)
    case recent(UInt32)
    case uidNext(UInt32)
    case uidValidity(UInt32)
    case unseen(UInt32)
    case deleted(UInt32)
    /// In bytes; what an EXPUNGE would free.
    case deletedStorage(UInt64)
    /// In bytes.
    case size(UInt64)
    case highestModSeq(UInt64)
    case mailboxID(ObjectID)
    /// In bytes of a message.
    case appendLimit(UInt64)
}

/// What PARTIAL asked for and what is there; an empty set is written NIL.
///
/// RFC 9394 4
///
///     ret-data-partial = "PARTIAL" SP "(" partial-range SP partial-results ")"
///     partial-results  = sequence-set / "NIL"
package struct PartialResult: Hashable, Sendable {
    package var range: PartialRange
    package var numbers: SequenceSet

    package init(_ range: PartialRange, _ numbers: SequenceSet) {
        self.range = range
        self.numbers = numbers
    }
}

/// RFC 9051 7.3.4, RFC 4731 3.2, RFC 7162 3.1.10, RFC 7377 4 (correlators), RFC 5267 3 (ALL of SORT), 4.3 (updates)
///
///     esearch-response   = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)
///     search-correlator  = SP "(" one-correlator *(SP one-correlator) ")"
///     one-correlator     = ("TAG" SP tag-string) / ("MAILBOX" SP astring) / ("UIDVALIDITY" SP nz-number)
///     search-return-data = "MIN" SP nz-number / "MAX" SP nz-number / "ALL" SP sequence-set / "COUNT" SP number
package struct ESearchResult: Hashable, Sendable {
    package var tag: String
    package var uid: Bool
    /// Left out when nil, as the RFC asks when nothing was found.
    package var min: UInt32?
    package var max: UInt32?
    package var count: UInt32?
    /// Left out when nil or empty.
    package var all: SequenceSet?
    /// ALL of SORT: the numbers in their order; left out when empty.
    package var sorted: [UInt32] = []
    /// ADDTO and REMOVEFROM (RFC 5267 4.3), in the order of the mailbox; left out when empty.
    package var added = SequenceSet()
    package var removed = SequenceSet()
    /// Which mailbox was searched, where that is not the selected one.
    package var mailbox: SearchedMailboxName?
    package var modSequence: UInt64?
    package var partial: PartialResult?

    package init(
        tag: String, uid: Bool, min: UInt32? = nil, max: UInt32? = nil, count: UInt32? = nil,
        all: SequenceSet? = nil, modSequence: UInt64? = nil
    ) {
        self.tag = tag
        self.uid = uid
        self.min = min
        self.max = max
        self.count = count
        self.all = all
        self.modSequence = modSequence
    }
}

/// The mailbox that an ESEARCH response is about.
package struct SearchedMailboxName: Hashable, Sendable {
    package var name: MailboxName
    package var uidValidity: UInt32

    package init(_ name: MailboxName, uidValidity: UInt32) {
        self.name = name
        self.uidValidity = uidValidity
    }
}

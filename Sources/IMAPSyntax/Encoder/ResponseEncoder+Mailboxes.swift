// What LIST, NAMESPACE and STATUS answer.

extension ResponseEncoder {
    ///     mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox [SP mbox-list-extended]
    mutating func append(listing: MailboxListing) {
        appendList(listing.attributes) { $0.appendVerbatim($1.rawValue.utf8) }
        appendSpace()
        append(delimiter: listing.delimiter)
        appendSpace()
        append(mailbox: listing.name)
        guard !listing.childInfo.isEmpty || listing.oldName != nil else { return }
        append(" (")
        if !listing.childInfo.isEmpty {
            append("\"CHILDINFO\" ")
            appendList(listing.childInfo) { $0.append(string: Array($1.rawValue.utf8)) }
        }
        if let oldName = listing.oldName {
            append(listing.childInfo.isEmpty ? "\"OLDNAME\" (" : " \"OLDNAME\" (")
            append(mailbox: oldName)
            append(")")
        }
        append(")")
    }

    ///     namespace       = nil / "(" 1*namespace-descr ")"
    ///     namespace-descr = "(" string SP (DQUOTE QUOTED-CHAR DQUOTE / nil) [namespace-response-extensions] ")"
    mutating func append(namespaces: [NamespaceDescription]) {
        guard !namespaces.isEmpty else { return append("NIL") }
        append("(")
        for namespace in namespaces {
            append("(")
            append(string: usesUTF8 ? namespace.prefix.utf8 : ModifiedUTF7.encode(namespace.prefix.utf8))
            appendSpace()
            append(delimiter: namespace.delimiter)
            append(")")
        }
        append(")")
    }

    ///     status-att-val = ("MESSAGES" SP number) / ("UIDNEXT" SP nz-number) / ... / ("SIZE" SP number64)
    mutating func append(status value: StatusValue) {
        switch value {
        case .messages(let count): append(.messages, UInt64(count))
        case .recent(let count): append(.recent, UInt64(count))
        case .uidNext(let uid): append(.uidNext, UInt64(uid))
        case .uidValidity(let uidValidity): append(.uidValidity, UInt64(uidValidity))
        case .unseen(let count): append(.unseen, UInt64(count))
        case .deleted(let count): append(.deleted, UInt64(count))
        case .deletedStorage(let octets): append(.deletedStorage, octets)
        case .size(let octets): append(.size, octets)
        case .highestModSeq(let modSequence): append(.highestModSeq, modSequence)
        case .appendLimit(let octets): append(.appendLimit, octets)
        case .mailboxID(let id):
            appendVerbatim(StatusItem.mailboxID.rawValue.utf8)
            append(" (")
            append(word: id.string)
            append(")")
        }
    }

    private mutating func append(_ item: StatusItem, _ value: UInt64) {
        appendVerbatim(item.rawValue.utf8)
        appendSpace()
        append(number: value)
    }
}

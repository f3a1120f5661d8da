// Whole responses, FETCH apart.

extension ResponseEncoder {
    /// Writes a response with its line end.
    package mutating func append(_ response: Response) {
        switch response {
        case .tagged(let tag, let completion):
            append(word: tag)
            appendSpace()
            append(completion: completion)
        case .untagged(let completion):
            append("* ")
            append(completion: completion)
        case .preAuth(let text):
            append("* PREAUTH ")
            append(text: text)
        case .bye(let text):
            append("* BYE ")
            append(text: text)
        case .continuation(let text):
            append("+ ")
            append(text: text)
        case .challenge(let challenge):
            append("+ ")
            appendBase64(challenge)
        case .capability(let capabilities):
            append("* CAPABILITY")
            append(capabilities: capabilities)
        case .enabled(let capabilities):
            append("* ENABLED")
            append(capabilities: capabilities)
        case .id(let fields):
            append("* ID ")
            append(idFields: fields)
        case .list(let listing):
            append("* LIST ")
            append(listing: listing)
        case .lsub(let listing):
            append("* LSUB ")
            append(listing: listing)
        case .namespace(let personal, let otherUsers, let shared):
            append("* NAMESPACE ")
            appendSeparated([personal, otherUsers, shared]) { $0.append(namespaces: $1) }
        case .status(let mailbox, let values):
            append("* STATUS ")
            append(mailbox: mailbox)
            appendSpace()
            appendList(values) { $0.append(status: $1) }
        case .flags(let flags):
            append("* FLAGS ")
            appendList(flags) { $0.append(flag: $1) }
        case .exists(let count):
            append(count, "EXISTS")
        case .recent(let count):
            append(count, "RECENT")
        case .expunge(let number):
            append(number, "EXPUNGE")
        case .vanished(let uids, _) where uids.isEmpty:
            return
        case .vanished(let uids, let earlier):
            append(earlier ? "* VANISHED (EARLIER) " : "* VANISHED ")
            append(set: uids)
        case .search(let numbers, let modSequence):
            append("* SEARCH")
            append(searchNumbers: numbers, highestModSeq: modSequence)
        case .eSearch(let result):
            append("* ESEARCH")
            append(eSearch: result)
        case .sort(let numbers, let modSequence):
            append("* SORT")
            append(searchNumbers: numbers, highestModSeq: modSequence)
        case .thread(let threads):
            append("* THREAD")
            append(threads: threads)
        case .quota(let root, let resources):
            append("* QUOTA ")
            append(quotaRoot: root, resources)
        case .quotaRoots(let mailbox, let roots):
            append("* QUOTAROOT ")
            append(quotaRootsOf: mailbox, roots)
        case .acl(let mailbox, let entries):
            append("* ACL ")
            append(accessOf: mailbox, entries)
        case .listRights(let mailbox, let identifier, let required, let optional):
            append("* LISTRIGHTS ")
            append(rightsOf: mailbox, identifier: identifier, required: required, optional: optional)
        case .myRights(let mailbox, let rights):
            append("* MYRIGHTS ")
            append(rightsOf: mailbox, rights)
        case .metadata(let mailbox, let entries):
            append("* METADATA ")
            append(metadataOf: mailbox, entries)
        case .metadataChanged(let mailbox, let names):
            append("* METADATA ")
            append(changedMetadataOf: mailbox, names)
        }
        appendLineEnd()
    }

    /// RFC 9051 2.2.1: asks for a literal whose announcement the client has sent.
    package mutating func appendLiteralContinuation() {
        append("+ OK\r\n")
    }

    private mutating func append(_ number: UInt32, _ word: StaticString) {
        append("* ")
        append(number: number)
        appendSpace()
        append(word)
    }

    private mutating func appendBase64(_ value: [UInt8]) {
        var encoded: [UInt8] = []
        Base64.encode(value, into: &encoded)
        appendVerbatim(encoded)
    }

    /// RFC 2971 4
    ///
    ///     id_params_list ::= "(" #(string SPACE nstring) ")" / nil
    private mutating func append(idFields fields: [IDField]?) {
        guard let fields else { return append("NIL") }
        appendList(fields) { encoder, field in
            encoder.append(string: field.name)
            encoder.appendSpace()
            encoder.append(nstring: field.value?[...])
        }
    }
}

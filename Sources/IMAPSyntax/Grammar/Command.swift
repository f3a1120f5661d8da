// Every command that LightMail understands, one case a command, named as the RFCs name them.

/// What a client asks for. Arguments are checked for syntax only: whether a mailbox exists, a keyword fits or the
/// session's state allows the command is the server's business.
package enum Command: Hashable, Sendable {
    // MARK: Any state

    /// RFC 9051 6.1.1
    case capability
    /// RFC 9051 6.1.2
    case noop
    /// RFC 9051 6.1.3
    case logout
    /// RFC 2971 3.1. Nil when the client sent NIL.
    case id([IDField]?)

    // MARK: Not authenticated

    /// RFC 9051 6.2.1
    case startTLS
    /// RFC 9051 6.2.2, RFC 4959. `mechanism` is upper case. `initialResponse` is already decoded from base64: nil when
    /// absent, empty when the client sent "=".
    case authenticate(mechanism: String, initialResponse: Secret?)
    /// RFC 9051 6.2.3. Both arguments are bytes as sent.
    case login(user: [UInt8], password: Secret)

    // MARK: Authenticated

    /// RFC 9051 6.3.1, RFC 5161. Capability names in upper case.
    case enable([String])
    /// RFC 9051 6.3.2
    case select(MailboxName, [SelectParameter])
    /// RFC 9051 6.3.3
    case examine(MailboxName, [SelectParameter])
    /// RFC 9051 6.3.4, RFC 6154 3. `uses` is empty unless USE was given.
    case create(MailboxName, uses: [MailboxAttribute])
    /// RFC 9051 6.3.5
    case delete(MailboxName)
    /// RFC 9051 6.3.6
    case rename(from: MailboxName, to: MailboxName)
    /// RFC 9051 6.3.7
    case subscribe(MailboxName)
    /// RFC 9051 6.3.8
    case unsubscribe(MailboxName)
    /// RFC 9051 6.3.9, RFC 5258
    case list(ListCommand)
    /// RFC 3501 6.3.9
    case lsub(reference: MailboxName, pattern: ListPattern)
    /// RFC 9051 6.3.10, RFC 2342
    case namespace
    /// RFC 9051 6.3.11
    case status(MailboxName, [StatusItem])
    /// RFC 9051 6.3.12, RFC 3502, RFC 4469. The octets are streamed and are not part of the value.
    case append(AppendCommand)
    /// RFC 4978 3. `algorithm` is upper case.
    case compress(algorithm: String)
    /// RFC 8437 3
    case unauthenticate
    /// RFC 9051 6.3.13, RFC 2177
    case idle
    /// RFC 5465 3.1
    case notify(NotifyCommand)
    /// RFC 7377 2 (ESEARCH). Without a mailbox named it is for the selected one.
    case multiSearch(MultiSearchCommand)
    /// RFC 9208 4.1.1. The root as sent.
    case getQuota(root: [UInt8])
    /// RFC 9208 4.1.2
    case getQuotaRoot(MailboxName)
    /// RFC 9208 4.1.3
    case setQuota(root: [UInt8], [QuotaLimit])
    /// RFC 4314 3.1. The identifier as sent.
    case setACL(MailboxName, identifier: [UInt8], RightsModification)
    /// RFC 4314 3.2
    case deleteACL(MailboxName, identifier: [UInt8])
    /// RFC 4314 3.3
    case getACL(MailboxName)
    /// RFC 4314 3.4
    case listRights(MailboxName, identifier: [UInt8])
    /// RFC 4314 3.5
    case myRights(MailboxName)
    /// RFC 5464 4.2
    case getMetadata(GetMetadataCommand)
    /// RFC 5464 4.3. The name is empty for the server. At least one entry.
    case setMetadata(MailboxName, [MetadataEntry])

    // MARK: Selected

    /// RFC 3501 6.4.1
    case check
    /// RFC 9051 6.4.1
    case close
    /// RFC 9051 6.4.2, RFC 3691
    case unselect
    /// RFC 9051 6.4.3
    case expunge
    /// RFC 9051 6.4.9, RFC 4315 2.1
    case uidExpunge(SequenceSet)
    /// RFC 9051 6.4.4. With `uid` the answer is in UIDs (UID SEARCH).
    case search(SearchCommand, uid: Bool)
    /// RFC 5267 4.3.5: the tags of searches.
    case cancelUpdate([String])
    /// RFC 5256 3. With `uid` the answer is in UIDs (UID SORT).
    case sort(SortCommand, uid: Bool)
    /// RFC 5256 3. With `uid` the answer is in UIDs (UID THREAD).
    case thread(ThreadCommand, uid: Bool)
    /// RFC 9051 6.4.5. With `uid` the set holds UIDs (UID FETCH).
    case fetch(FetchCommand, uid: Bool)
    /// RFC 9051 6.4.6
    case store(StoreCommand, uid: Bool)
    /// RFC 9051 6.4.7
    case copy(SequenceSet, to: MailboxName, uid: Bool)
    /// RFC 8508 3.2. The message with that number, or that UID (UID REPLACE), gives way to the one that follows.
    case replace(UInt32, AppendCommand, uid: Bool)
    /// RFC 9051 6.4.8, RFC 6851
    case move(SequenceSet, to: MailboxName, uid: Bool)
}

/// One field and value of ID; the value is nil when the client sent NIL.
///
/// RFC 2971 4
///
///     id_params_list ::= "(" #(string SPACE nstring) ")" / nil
package struct IDField: Hashable, Sendable {
    package var name: [UInt8]
    package var value: [UInt8]?

    package init(name: [UInt8], value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

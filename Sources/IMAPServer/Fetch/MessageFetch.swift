import IMAPSyntax
import LightMailCore
import LightMailDaemon
import MailFormat
import Spans

// The FETCH response of one message.

/// A response in the making. Nothing of it is with the client before `hasBegun`.
struct FetchResponse {
    var encoder: ResponseEncoder
    var hasBegun = false
}

extension Session {
    /// Writes the response of a message.
    ///
    /// - Throws: `StoreError` when it cannot be read, with the response complete or not begun;
    ///   `CommandFailure.brokenLiteral`; `ConnectionClosed`.
    mutating func fetchMessage(
        at position: Int, _ plan: FetchPlan, _ details: MessageDetails?, showingFlags: Bool
    ) async throws {
        var response = FetchResponse(encoder: ResponseEncoder(usesUTF8: parserOptions.usesUTF8))
        if usesUIDOnly, let uid = selected?.view.uids[position] {
            response.encoder.beginUIDFetch(uid)
        } else {
            response.encoder.beginFetch(UInt32(position) + 1)
        }
        do {
            if showingFlags { fetchUnasked(plan, at: position, &response) }
            for item in plan.items {
                if let details {
                    try await fetch(item, of: details, at: position, &response)
                } else {
                    fetch(item, at: position, &response)
                }
            }
        } catch let error as StoreError {
            if response.hasBegun { end(&response) }
            throw error
        }
        end(&response)
        try await flush()
    }

    /// What a response holds because \Seen was set (RFC 9051 6.4.5, RFC 7162 3.2.4).
    private mutating func fetchUnasked(_ plan: FetchPlan, at position: Int, _ response: inout FetchResponse) {
        if isCondStoreAware, !usesUIDOnly, !plan.items.contains(.uid) { fetch(.uid, at: position, &response) }
        if !plan.showsFlags { fetch(.flags, at: position, &response) }
        if isCondStoreAware, !plan.showsModSequence { fetch(.modSequence, at: position, &response) }
    }

    private mutating func end(_ response: inout FetchResponse) {
        response.encoder.endFetch()
        out.appendVerbatim(response.encoder.takeBytes())
    }

    /// What the index knows.
    private mutating func fetch(_ item: FetchItem, at position: Int, _ response: inout FetchResponse) {
        guard let selected else { return }
        switch item {
        case .flags: response.encoder.fetchFlags(selected.flags(at: position))
        case .modSequence: response.encoder.fetchModSequence(showModSequence(at: position))
        case .uid: response.encoder.fetchUID(selected.view.uids[position])
        case .rfc822Size: response.encoder.fetchSize(UInt64(selected.view.sizes[position]))
        case .internalDate:
            guard let date = DateTime(secondsSince1970: selected.view.dates[position]) else { return }
            response.encoder.fetchInternalDate(date)
        default: break
        }
    }

    private mutating func fetch(
        _ item: FetchItem, of details: MessageDetails, at position: Int, _ response: inout FetchResponse
    ) async throws {
        switch item {
        case .envelope:
            if let envelope = details.envelope { response.encoder.fetchEnvelope(EnvelopeValue(envelope)) }
        case .body, .bodyStructure:
            guard let structure = details.structure else { return }
            response.encoder.fetchBodyStructure(BodyStructureValue(structure), extended: item == .bodyStructure)
        case .rfc822: try await fetch(item, .whole, nil, of: details, &response)
        case .rfc822Header: try await fetch(item, SectionSpec(text: .header), nil, of: details, &response)
        case .rfc822Text: try await fetch(item, SectionSpec(text: .text), nil, of: details, &response)
        case .bodySection(let section, let partial, _):
            try await fetch(item, section, partial, of: details, &response)
        case .binary(let part, let partial, _):
            try await fetchBinary(item, part, partial, of: details, &response)
        case .binarySize(let part):
            let size = try await binarySize(of: part, details)
            response.encoder.fetchBinarySize(part: part, octets: size)
        case .emailID: response.encoder.fetchEmailID(details.emailID)
        case .threadID: response.encoder.fetchThreadID(HeaderBlock(try await header(of: details)).threadID)
        case .saveDate: response.encoder.fetchSaveDate(DateTime(secondsSince1970: details.savedAt))
        case .preview(let lazy): response.encoder.fetchPreview(try await preview(of: details, lazy: lazy))
        default: fetch(item, at: position, &response)
        }
    }

    private mutating func fetch(
        _ item: FetchItem, _ section: SectionSpec, _ partial: Partial?, of details: MessageDetails,
        _ response: inout FetchResponse
    ) async throws {
        switch SectionContent(section, of: details) {
        case .absent: response.encoder.fetchContent(of: item, nil)
        case .bytes(let bytes): fetch(item, bytes, partial, &response)
        case .range(let range):
            let wanted = range.cut(to: partial)
            Spans.note("lightmail.trace", details.object.trace)
            logger.debug(
                "message is read", metadata: [LogKey.trace: "\(details.object.trace)", "uid": "\(details.uid)"])
            try await stream(item, store.messages.content(of: details, range: wanted), &response)
        case .fields(let range, let names, let inverted):
            let header = try await collect(details, range, limit: SectionContent.maximumHeader)
            fetch(item, header.fields(names, inverted: inverted), partial, &response)
        }
    }

    /// Writes content that is in memory.
    func fetch(_ item: FetchItem, _ bytes: [UInt8], _ partial: Partial?, _ response: inout FetchResponse) {
        let range = (0..<UInt64(bytes.count)).cut(to: partial)
        response.encoder.fetchContent(of: item, bytes[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    /// Sends content as it comes from the store, as fast as the client reads it.
    mutating func stream(
        _ item: FetchItem, _ content: MessageContent, binary: Bool = false, _ response: inout FetchResponse
    ) async throws {
        var iterator = content.makeAsyncIterator()
        // Before the literal is announced, so that a message that cannot be read is an error like others.
        var chunk = try await content.length > 0 ? iterator.next() : nil
        response.encoder.fetchContentHeader(of: item, size: content.length, binary: binary)
        begin(&response)
        var rest = content.length
        do {
            while var bytes = chunk {
                guard bytes.count <= rest else { throw StoreError(.corrupt, "a message is longer than its row says") }
                rest -= UInt64(bytes.count)
                if !binary { ResponseEncoder.replaceNULs(in: &bytes) }
                out.appendVerbatim(bytes)
                try await flush()
                chunk = try await iterator.next()
            }
            guard rest == 0 else { throw StoreError(.corrupt, "a message is shorter than its row says") }
        } catch let error as StoreError {
            throw CommandFailure.brokenLiteral(error)
        }
    }

    /// Lets what is written of the response go out.
    mutating func begin(_ response: inout FetchResponse) {
        out.appendVerbatim(response.encoder.takeBytes())
        response.hasBegun = true
    }

    /// The header of a message whose details were read with it.
    func header(of details: MessageDetails) async throws -> [UInt8] {
        if let header = details.header { return header }
        return try await collect(details, 0..<details.headerSize, limit: SectionContent.maximumHeader)
    }

    /// Bytes of a message, at most `limit` of them.
    func collect(_ details: MessageDetails, _ range: Range<UInt64>, limit: Int) async throws -> [UInt8] {
        let cut = range.lowerBound..<min(range.upperBound, range.lowerBound + UInt64(limit))
        var bytes: [UInt8] = []
        guard !cut.isEmpty else { return bytes }
        for try await chunk in store.messages.content(of: details, range: cut) { bytes += chunk }
        return bytes
    }
}

extension Range<UInt64> {
    /// What a partial fetch leaves of the range.
    func cut(to partial: Partial?) -> Range<UInt64> {
        guard let partial else { return self }
        let inside = partial.range(inSize: UInt64(count))
        return (lowerBound + inside.lowerBound)..<(lowerBound + inside.upperBound)
    }
}

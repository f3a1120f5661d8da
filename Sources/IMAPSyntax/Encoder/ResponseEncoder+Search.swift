// What SEARCH answers, in its old form and its new one.

extension ResponseEncoder {
    /// RFC 7162 7
    ///
    ///     mailbox-data =/ "SEARCH" [1*(SP nz-number) SP search-sort-mod-seq]
    mutating func append(searchNumbers numbers: [UInt32], highestModSeq: UInt64?) {
        for number in numbers {
            appendSpace()
            append(number: number)
        }
        // RFC 7162 3.1.5: no mod-sequence where nothing was found.
        guard let highestModSeq, !numbers.isEmpty else { return }
        append(" (MODSEQ ")
        append(number: highestModSeq)
        append(")")
    }

    ///     esearch-response  = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)
    ///     search-correlator = SP "(" "TAG" SP tag-string ")"
    mutating func append(eSearch result: ESearchResult) {
        append(" (TAG ")
        append(string: Array(result.tag.utf8))
        append(")")
        if result.uid { append(" UID") }
        if let min = result.min {
            append(" MIN ")
            append(number: min)
        }
        if let max = result.max {
            append(" MAX ")
            append(number: max)
        }
        if let count = result.count {
            append(" COUNT ")
            append(number: count)
        }
        if let all = result.all, !all.isEmpty {
            append(" ALL ")
            append(set: all)
        }
        if let modSequence = result.modSequence {
            append(" MODSEQ ")
            append(number: modSequence)
        }
        if let partial = result.partial { append(partial: partial) }
    }

    private mutating func append(partial result: PartialResult) {
        let sign: StaticString = result.range.countsFromEnd ? "-" : ""
        append(" PARTIAL (")
        append(sign)
        append(number: result.range.first)
        append(UInt8(ascii: ":"))
        append(sign)
        append(number: result.range.last)
        appendSpace()
        if result.numbers.isEmpty { append("NIL") } else { append(set: result.numbers) }
        append(")")
    }
}

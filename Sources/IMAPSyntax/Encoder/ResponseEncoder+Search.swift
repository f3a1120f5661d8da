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
    ///     search-correlator = SP "(" one-correlator *(SP one-correlator) ")"
    mutating func append(eSearch result: ESearchResult) {
        append(" (TAG ")
        append(string: Array(result.tag.utf8))
        if let mailbox = result.mailbox {
            append(" MAILBOX ")
            append(mailbox: mailbox.name)
            append(" UIDVALIDITY ")
            append(number: mailbox.uidValidity)
        }
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
        if !result.sorted.isEmpty {
            append(" ALL ")
            append(inOrder: result.sorted)
        }
        // RFC 5267 4.3.2: the client takes them in this order. Position 0 leaves the place to it.
        if !result.removed.isEmpty {
            append(" REMOVEFROM (0 ")
            append(set: result.removed)
            append(")")
        }
        if !result.added.isEmpty {
            append(" ADDTO (0 ")
            append(set: result.added)
            append(")")
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

    /// RFC 5267 3.2: a range stands for ascending numbers only, for the order matters.
    private mutating func append(inOrder numbers: [UInt32]) {
        var index = 0
        while index < numbers.count {
            var last = index
            while last + 1 < numbers.count, numbers[last] < .max, numbers[last + 1] == numbers[last] + 1 { last += 1 }
            if index > 0 { append(",") }
            append(number: numbers[index])
            if last > index {
                append(":")
                append(number: numbers[last])
            }
            index = last + 1
        }
    }
}

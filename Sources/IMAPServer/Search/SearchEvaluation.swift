import IMAPSyntax
import LightMailCore
import MailFormat

// Puts a search to a message, in three steps of cost: the index, the header, the body. Nil: this step cannot tell.

extension MessageSearch {
    /// - Parameters:
    ///   - header: nil as long as it was not read.
    ///   - body: the texts found in the body; nil as long as it was not read.
    func verdict(at position: Int, _ header: SearchableHeader? = nil, _ body: Set<CasemappedText>? = nil) -> Bool? {
        verdict(key, position, header, body)
    }

    private func verdict(
        _ key: SearchKey, _ position: Int, _ header: SearchableHeader?, _ body: Set<CasemappedText>?
    ) -> Bool? {
        switch key {
        case .and(let keys):
            var isKnown = true
            for key in keys {
                switch verdict(key, position, header, body) {
                case false?: return false
                case true?: break
                case nil: isKnown = false
                }
            }
            return isKnown ? true : nil
        case .or(let left, let right):
            let first = verdict(left, position, header, body)
            if first == true { return true }
            let second = verdict(right, position, header, body)
            if second == true { return true }
            return first == nil || second == nil ? nil : false
        case .not(let key):
            return verdict(key, position, header, body).map { !$0 }
        case .body(let text):
            return text.isEmpty ? true : body.map { $0.contains(needles[text]) }
        case .text(let text):
            if text.isEmpty { return true }
            guard let header else { return nil }
            return header.contains(needles[text]) ? true : body.map { $0.contains(needles[text]) }
        default:
            return indexVerdict(key, position) ?? header.flatMap { headerVerdict(key, $0) }
        }
    }

    /// RFC 9051 6.4.4, RFC 8474 6 (EMAILID, THREADID), RFC 8514 4.3 (SAVEDBEFORE, SAVEDON, SAVEDSINCE)
    private func headerVerdict(_ key: SearchKey, _ header: SearchableHeader) -> Bool? {
        switch key {
        case .bcc(let text): header.envelope?.bcc(contains: needles[text])
        case .cc(let text): header.envelope?.cc(contains: needles[text])
        case .from(let text): header.envelope?.from(contains: needles[text])
        case .subject(let text): header.envelope?.subject(contains: needles[text])
        case .to(let text): header.envelope?.to(contains: needles[text])
        case .header(let name, let text):
            header.field(String(decoding: name, as: UTF8.self), contains: needles[text])
        case .emailID(let id): header.emailID == id
        case .threadID(let id): header.threadID == id
        case .savedBefore(let date): header.savedDay.map { $0 < date.daysSince1970 }
        case .savedOn(let date): header.savedDay.map { $0 == date.daysSince1970 }
        case .savedSince(let date): header.savedDay.map { $0 >= date.daysSince1970 }
        case .sentBefore(let date): header.envelope.map { ($0.day ?? .max) < date.daysSince1970 }
        case .sentOn(let date): header.envelope.map { $0.day == date.daysSince1970 }
        case .sentSince(let date): header.envelope.map { ($0.day ?? .min) >= date.daysSince1970 }
        default: nil
        }
    }

    /// RFC 9051 6.4.4, RFC 3501 6.4.4, RFC 5032 (OLDER, YOUNGER), RFC 7162 3.1.5 (MODSEQ)
    private func indexVerdict(_ key: SearchKey, _ position: Int) -> Bool? {
        let view = mailbox.view
        let flags = view.systemFlags(at: position)
        let isRecent = mailbox.recent.contains(view.uids[position])
        switch key {
        case .all, .saveDateSupported: return true
        case .answered: return flags.contains(.answered)
        case .unanswered: return !flags.contains(.answered)
        case .deleted: return flags.contains(.deleted)
        case .undeleted: return !flags.contains(.deleted)
        case .draft: return flags.contains(.draft)
        case .undraft: return !flags.contains(.draft)
        case .flagged: return flags.contains(.flagged)
        case .unflagged: return !flags.contains(.flagged)
        case .seen: return flags.contains(.seen)
        case .unseen: return !flags.contains(.seen)
        case .recent: return isRecent
        case .old: return !isRecent
        case .new: return isRecent && !flags.contains(.seen)
        case .keyword(let keyword): return has(keyword, position)
        case .unkeyword(let keyword): return !has(keyword, position)
        case .larger(let size): return UInt64(view.sizes[position]) > size
        case .smaller(let size): return UInt64(view.sizes[position]) < size
        case .before(let date): return day(position) < date.daysSince1970
        case .on(let date): return day(position) == date.daysSince1970
        case .since(let date): return day(position) >= date.daysSince1970
        case .older(let seconds): return view.dates[position] <= now - Int64(seconds)
        case .younger(let seconds): return view.dates[position] >= now - Int64(seconds)
        case .modSequence(let modSeq, _): return view.modSeqs[position] >= modSeq
        case .uid(let set): return isIn(set, view.uids[position], largest: view.uids.last ?? 0, position)
        case .sequence(let set): return isIn(set, UInt32(position) + 1, largest: UInt32(view.count), position)
        default: return nil
        }
    }

    private func isIn(_ set: SequenceSet, _ number: UInt32, largest: UInt32, _ position: Int) -> Bool {
        set.contains(number, largest: largest)
            || (set.includesSavedResult && mailbox.savedResult.contains(mailbox.view.uids[position]))
    }

    private func has(_ keyword: IMAPSyntax.Keyword, _ position: Int) -> Bool {
        guard let name = LightMailCore.Keyword(keyword.name), let mask = mailbox.view.dictionary.mask(of: name) else {
            return false
        }
        return mailbox.view.keywords[position] & mask != 0
    }

    /// Days since 1970, in UTC, as INTERNALDATE is shown.
    private func day(_ position: Int) -> Int {
        let seconds = mailbox.view.dates[position]
        return Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    }
}

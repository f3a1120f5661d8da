// The base subject of a message: its subject without what replying and forwarding put around it.

/// The base subject of RFC 5256 2.1, by which SORT and THREAD compare subjects.
///
///     subject      = *subj-leader [subj-middle] *subj-trailer              RFC 5256 5
///     subj-refwd   = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"
///     subj-blob    = "[" *BLOBCHAR "]" *WSP
///     subj-fwd     = subj-fwd-hdr subject subj-fwd-trl
///     subj-fwd-hdr = "[fwd:"
///     subj-fwd-trl = "]"
///     subj-leader  = (*subj-blob subj-refwd) / WSP
///     subj-middle  = *subj-blob (subj-base / subj-fwd)
///     subj-trailer = "(fwd)" / WSP
///
/// Linear in the length of the subject, whatever is in it.
package struct BaseSubject: Sendable, Hashable {
    /// The base subject, its encoded words decoded; empty when nothing is left.
    package let text: String
    /// Whether something was taken away that tells of a reply or of forwarding.
    package let isReplyOrForward: Bool

    /// - Parameter subject: an unfolded value of the Subject field.
    package init(_ subject: [UInt8]) {
        // Step 1.
        var extraction = Extraction(subject: Self.singleSpaced(EncodedWord.decode(subject)))
        extraction.run()
        text = String(decoding: extraction.rest, as: UTF8.self)
        isReplyOrForward = extraction.isReplyOrForward
    }

    /// The text in UTF-8, each run of white space made one space.
    private static func singleSpaced(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            let isSpace = byte.isWhitespace || byte == ASCII.carriageReturn || byte == ASCII.lineFeed
            if !isSpace {
                result.append(byte)
            } else if result.last != ASCII.space {
                result.append(ASCII.space)
            }
        }
        return result
    }
}

/// Steps 2 to 6, on what is left between two ends.
private struct Extraction {
    private let subject: [UInt8]
    private var start = 0
    private var end: Int
    private(set) var isReplyOrForward = false

    init(subject: [UInt8]) {
        self.subject = subject
        end = subject.count
    }

    var rest: ArraySlice<UInt8> { subject[start..<end] }

    mutating func run() {
        repeat {
            removeTrailers()
            removeLeaders()
        } while removeForward()
    }

    /// Step 2.
    private mutating func removeTrailers() {
        while true {
            while end > start, subject[end - 1] == ASCII.space { end -= 1 }
            guard end - start >= 5, matches("(fwd)", at: end - 5) else { return }
            end -= 5
            isReplyOrForward = true
        }
    }

    /// Steps 3 to 5. Where no subj-refwd follows a run of blobs, none follows a part of it: so the run is looked at once.
    private mutating func removeLeaders() {
        while true {
            while start < end, subject[start] == ASCII.space { start += 1 }
            var last = start
            var place = start
            while let next = blobEnd(from: place) {
                last = place
                place = next
            }
            if let next = replyEnd(from: place) {
                start = next
                isReplyOrForward = true
                continue
            }
            // The last blob stays when nothing would be left without it.
            start = place < end ? place : last
            return
        }
    }

    /// Step 6; false when the subject is not of that form.
    private mutating func removeForward() -> Bool {
        guard end - start >= 6, matches("[fwd:", at: start), subject[end - 1] == ASCII.rightBracket else {
            return false
        }
        start += 5
        end -= 1
        isReplyOrForward = true
        return true
    }

    /// Where the text behind a blob begins; nil when there is no blob.
    private func blobEnd(from place: Int) -> Int? {
        guard place < end, subject[place] == ASCII.leftBracket else { return nil }
        var index = place + 1
        while index < end, subject[index] != ASCII.rightBracket {
            if subject[index] == ASCII.leftBracket { return nil }
            index += 1
        }
        return index < end ? spaceEnd(from: index + 1) : nil
    }

    /// Where the text behind a subj-refwd begins; nil when there is none.
    private func replyEnd(from place: Int) -> Int? {
        let word = matches("re", at: place) ? 2 : matches("fwd", at: place) ? 3 : matches("fw", at: place) ? 2 : 0
        guard word > 0 else { return nil }
        var index = spaceEnd(from: place + word)
        index = blobEnd(from: index) ?? index
        return index < end && subject[index] == ASCII.colon ? index + 1 : nil
    }

    private func spaceEnd(from place: Int) -> Int {
        var index = place
        while index < end, subject[index] == ASCII.space { index += 1 }
        return index
    }

    /// Whether a word of ASCII stands there, in any case.
    private func matches(_ word: StaticString, at place: Int) -> Bool {
        let length = word.utf8CodeUnitCount
        guard place + length <= end else { return false }
        for index in 0..<length where subject[place + index].lowercased != word.utf8Start[index] { return false }
        return true
    }
}

import LightMailCore
import S3Client

/// Finds the messages of an mbox, one after the other, with bounded memory: a message begins behind a `From ` line with a
/// date, at the beginning of the file or after a blank line.
struct MboxScanner {
    /// A message that was found.
    struct Found {
        /// From behind its `From ` line to before the blank line that ends it.
        let range: Range<Int64>
        let date: Int64
        let flags: MessageFlags
        let keywords: [Keyword]
        /// SHA-256 of its `From ` line and what follows, without the fields that keep its flags.
        let digest: [UInt8]
    }

    private struct Current {
        let start: Int64
        let date: Int64
        let hasher = SHA256Hasher()
        var header = MboxHeader()
    }

    private var fragments = LineFragments()
    private var current: Current?
    /// Of the next fragment, in the file.
    private var offset: Int64 = 0
    /// A blank line that belongs to the message only if no other begins behind it.
    private var blank: [UInt8] = []
    private(set) var found: [Found] = []
    private(set) var failure: MigrationError?

    /// Takes the next bytes of the file.
    mutating func feed(_ bytes: [UInt8]) {
        var splitter = fragments
        splitter.feed(bytes) { take($0) }
        fragments = splitter
    }

    /// The file is over.
    mutating func finish() {
        var splitter = fragments
        splitter.finish { take($0) }
        fragments = splitter
        end()
    }

    /// Gives out what was found so far.
    mutating func drain() -> [Found] {
        defer { found = [] }
        return found
    }

    private mutating func take(_ line: LineFragments.Fragment) {
        let start = offset
        offset += Int64(line.bytes.count)
        guard failure == nil else { return }
        if line.startsLine, start == 0 || !blank.isEmpty, line.bytes.starts(with: FromLine.start),
            let from = FromLine(line.bytes)
        {
            end(before: start)
            let next = Current(start: offset, date: from.date)
            next.hasher.update(Array(line.bytes))
            current = next
            return
        }
        guard current != nil else {
            failure = MigrationError(.item, "it is no mbox: it does not begin with a From line that has a date")
            return
        }
        if !blank.isEmpty {
            current?.hasher.update(blank)
            blank = []
        }
        guard current?.header.take(line) == true else { return }
        if line.isBlank {
            blank = Array(line.bytes)
        } else {
            current?.hasher.update(Array(line.bytes))
        }
    }

    private mutating func end(before next: Int64? = nil) {
        guard let current else { return }
        let end = max((next ?? offset) - Int64(blank.count), current.start)
        blank = []
        found.append(
            Found(
                range: current.start..<end, date: current.date, flags: current.header.flags,
                keywords: current.header.keywords, digest: current.hasher.finish()))
        self.current = nil
    }
}

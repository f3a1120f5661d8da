// Grows the tree of body parts while the lines of a message stream by.

/// The entities of a message: those that are open, outermost first, each holding the parts that have ended in it.
///
/// Invariant: the body of an entity lies inside the body of the entity around it, and the parts of a multipart follow
/// each other without overlap; whatever the message says.
struct EntityTree: Sendable {
    private let limits: MessageLimits
    private var open: [OpenEntity]
    private var parts = 1
    /// The bytes of field values that may still be kept.
    private var budget: Int
    private var isInHeader = true
    /// The top header while it is read and small enough to keep.
    private var topHeader: [UInt8]? = []
    private var topHeaderSize: UInt64?
    private var preview = PreviewCollector()

    /// The bytes consumed.
    private(set) var offset: UInt64 = 0
    /// The line ends (LF) among them.
    private var lines: UInt64 = 0
    /// The length of the line end just consumed: 2 for CRLF, 1 for LF, 0 within a line.
    private var lineEnd: UInt64 = 0
    private var endsWithCR = false

    /// How many bytes of a line that begins with "--" decide what it is; 0 while no boundary is open.
    private(set) var delimiterLength = 0

    init(limits: MessageLimits) {
        self.limits = limits
        budget = limits.text
        open = [OpenEntity(isMessage: true, start: 0, limits: limits)]
    }

    /// Takes a piece of a line that is no boundary; `endsLine` tells that its last byte is the LF.
    mutating func consume(_ piece: RawSpan, endsLine: Bool) {
        advance(piece, endsLine: endsLine)
        guard isInHeader else {
            preview.read(piece)
            return
        }
        if open.count == 1 { keepTopHeader(piece) }
        if open[open.count - 1].header.read(piece, endsLine: endsLine, budget: &budget) { endHeader() }
    }

    /// What a line means, by its first bytes: the boundary it matches and how.
    ///
    /// The longest boundary that matches wins, so that "--a--" is the delimiter of an open "a--" before it is the close
    /// delimiter of an open "a"; among equals the innermost (RFC 2046 5.1.2 has the outer ones end the inner).
    func match(_ line: ArraySlice<UInt8>) -> (depth: Int, match: BoundaryMatch)? {
        var best: (depth: Int, match: BoundaryMatch)?
        var length = 0
        for depth in open.indices.reversed() {
            guard let boundary = open[depth].boundary, boundary.count > length,
                let match = BoundaryMatch(line: line, boundary: boundary)
            else { continue }
            // Once the message has as many parts as it may have, the last one goes on to a close delimiter.
            if match == .delimiter, parts >= limits.parts { continue }
            best = (depth, match)
            length = boundary.count
        }
        return best
    }

    /// Begins a boundary line at the current offset: all that is open inside the multipart ends before it.
    mutating func beginBoundaryLine(depth: Int, match: BoundaryMatch) {
        close(to: depth)
        isInHeader = false
        if match == .close { open[depth].isClosed = true }
        noteWhatIsOpen()
    }

    /// Takes a piece of a boundary line.
    mutating func consumeBoundary(_ piece: RawSpan, endsLine: Bool) {
        advance(piece, endsLine: endsLine)
    }

    /// Ends a boundary line; after a delimiter the next part begins.
    mutating func endBoundaryLine(match: BoundaryMatch) {
        guard match == .delimiter, case .multipart(_, let isDigest) = open[open.count - 1].body else { return }
        push(OpenEntity(isMessage: false, isInDigest: isDigest, start: offset, limits: limits))
    }

    /// Ends the message: whatever is open ends here.
    mutating func finish() -> ParsedMessage {
        lineEnd = 0
        if isInHeader { endHeader() }
        close(to: 0)
        let root = open[0]
        return ParsedMessage(
            size: offset, headerSize: topHeaderSize ?? offset, headerBlock: topHeader,
            envelope: root.envelope, structure: root.part(end: offset, lines: lines), preview: preview.preview)
    }

    private mutating func advance(_ piece: RawSpan, endsLine: Bool) {
        let count = piece.byteCount
        guard count > 0 else { return }
        offset += UInt64(count)
        let isCR = endsLine && (count > 1 ? piece.byte(at: count - 2) == ASCII.carriageReturn : endsWithCR)
        lineEnd = endsLine ? (isCR ? 2 : 1) : 0
        endsWithCR = !endsLine && piece.byte(at: count - 1) == ASCII.carriageReturn
        if endsLine { lines += 1 }
    }

    private mutating func keepTopHeader(_ piece: RawSpan) {
        guard let kept = topHeader?.count else { return }
        if kept + piece.byteCount > limits.storedHeader {
            topHeader = nil
        } else {
            topHeader?.append(contentsOf: piece.bytes(0..<piece.byteCount))
        }
    }

    /// Ends the header of the innermost entity here; a message in it begins.
    private mutating func endHeader() {
        let last = open.count - 1
        let mayNest = open.count < limits.depth && parts < limits.parts
        if last == 0 { topHeaderSize = offset }
        open[last].endHeader(at: offset, lines: lines, mayNest: mayNest, limits: limits, budget: &budget)
        isInHeader = false
        if case .message = open[last].body {
            push(OpenEntity(isMessage: true, start: offset, limits: limits))
        } else {
            noteWhatIsOpen()
        }
    }

    private mutating func push(_ entity: OpenEntity) {
        open.append(entity)
        parts += 1
        isInHeader = true
        noteWhatIsOpen()
    }

    /// Ends every entity inside the one at `depth`, before the line end that precedes the current offset: the line end
    /// belongs to the boundary (RFC 2046 5.1.1).
    private mutating func close(to depth: Int) {
        // A header that a boundary line cuts short is complete; if it announces a message, that message is empty.
        while isInHeader, open.count - 1 > depth { endHeader() }
        let linesBeforeEnd = lineEnd > 0 ? lines - 1 : lines
        // The part that the boundary line ends keeps its header whole, to the blank line, even if there is no body and
        // the line end is the blank line's. What is nested in that part ends where its body ends.
        let header = open.count - 1 > depth ? open[depth + 1].bodyStart : nil
        let end = max(offset - lineEnd, header ?? 0)
        while open.count - 1 > depth {
            let entity = open.removeLast()
            let parent = open.count - 1
            let part = entity.part(end: end, lines: linesBeforeEnd)
            if case .message = open[parent].body {
                open[parent].embedded = EmbeddedMessage(envelope: entity.envelope, structure: part)
            } else {
                open[parent].children.append(part)
            }
        }
        isInHeader = false
    }

    private mutating func noteWhatIsOpen() {
        let longest = open.lazy.compactMap { $0.boundary?.count }.max()
        delimiterLength = longest.map(BoundaryMatch.lineLength) ?? 0
        let isOwn = !isInHeader && !open.dropFirst().contains(where: \.isMessage)
        preview.begin(isOwn ? open.last : nil)
    }
}

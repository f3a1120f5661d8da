// IMAPSyntax: framer and parser. However a client's bytes are cut, the same comes of them; and what comes of the pieces of
// an APPEND fits together.

import IMAPSyntax

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    var input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.popLast() else { return 0 }
    let whole = Conversation(choice).run(input, pieces: input.count)
    let cut = Conversation(choice).run(input, pieces: Int(choice % 7) + 1)
    precondition(whole == cut, "it matters how the bytes are cut")
    return 0
}

/// What the framer and the parser make of a client's bytes.
private struct Conversation {
    private let options: ParserOptions
    private let refuses: Bool
    private var framer: CommandFramer
    private var literal: AppendLiteral?
    private var steps: [String] = []
    /// Bytes of chunks that came in a row: where they are cut does not matter.
    private var streamed = 0

    init(_ choice: UInt8) {
        options = ParserOptions(usesUTF8: choice & 1 != 0)
        refuses = choice & 2 != 0
        framer = CommandFramer(
            limits: FramingLimits(
                line: 4096, inlineLiterals: 4096, literalCount: 8, streamedLiterals: 8, streamedLiteral: 4096,
                skipped: 16_384))
    }

    consuming func run(_ input: [UInt8], pieces: Int) -> [String] {
        var rest = input[...]
        while !rest.isEmpty {
            framer.receive(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
            while let event = framer.next() { take(event) }
        }
        note("rest")
        return steps
    }

    private mutating func note(_ step: String) {
        if streamed > 0 { steps.append("\(streamed) bytes") }
        streamed = 0
        steps.append(step)
    }

    private mutating func take(_ event: FramingEvent) {
        switch event {
        case .command(let bytes): parse(bytes)
        case .continuationNeeded: note("go on")
        case .streamedLiteral(let announced): begin(announced)
        case .chunk(let bytes):
            precondition(!bytes.isEmpty)
            streamed += bytes.count
        case .streamEnded(let rest):
            goOn(rest)
            literal = nil
        case .refused: note("refused")
        case .line(let line): note("line \(line) \(AuthenticationLine(line) != nil) \(IdleLine.isDone(line))")
        case .failure(let failure):
            note("\(failure)")
            literal = nil
        }
    }

    private mutating func parse(_ bytes: [UInt8]) {
        do throws(SyntaxError) {
            let tagged = try CommandParser(options: options).parse(bytes)
            note("\(tagged.tag) \(tagged.command)")
            switch tagged.command {
            case .idle: framer.expectLine()
            case .append(let command), .replace(_, let command, _):
                literal = command.start.literal
                resolve(command.start)
            case .select(let name, _): note("\(name) \(name.holdsForbiddenCharacter)")
            default: break
            }
        } catch {
            precondition(error.offset <= bytes.count)
            note(error.message)
        }
    }

    private mutating func begin(_ announced: StreamedLiteral) {
        if announced.isFirst {
            literal = nil
            parse(announced.prefix)
        } else {
            goOn(announced.prefix)
        }
        if let literal {
            precondition(literal.header == announced.header, "framer and parser read another size")
        }
        if literal == nil || refuses {
            framer.refuse()
        } else {
            framer.accept()
        }
    }

    private mutating func goOn(_ rest: [UInt8]) {
        guard let before = literal else { return }
        literal = nil
        do throws(SyntaxError) {
            let segment = try CommandParser(options: options).parseAppend(rest, after: before)
            note("\(segment)")
            literal = segment.literal
            resolve(segment)
        } catch {
            precondition(error.offset <= rest.count)
            note(error.message)
        }
    }

    private mutating func resolve(_ segment: AppendSegment) {
        for case .url(let url) in segment.items {
            note("\(String(describing: MessageURL(url, base: .inbox, options: options)))")
        }
    }
}

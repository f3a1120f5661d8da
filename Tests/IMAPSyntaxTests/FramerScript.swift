import IMAPSyntax
import Testing

/// A client's bytes and what the framer is to make of them, in a form independent of how they are cut.
struct FramerScript: Sendable, CustomTestStringConvertible {
    var name: String
    var input: [UInt8]
    var expected: [Step]
    var limits = FramingLimits(line: 100, inlineLiterals: 20, literalCount: 3, streamedLiteral: 50, skipped: 200)
    /// What the server does about each announced message, in order; accepts when it runs out.
    var refusals: [Bool] = []
    /// Asks for a raw line after these commands.
    var rawAfter: [String] = []

    enum Step: Equatable, Sendable {
        case command(String)
        case go
        case announced(String, LiteralHeader, first: Bool)
        /// All chunks of a literal together.
        case content(String)
        case ended(String)
        case refused
        case line(String)
        case failure(FramingFailure)
    }

    var testDescription: String { name }

    init(
        _ name: String, _ input: String, _ expected: [Step], refusals: [Bool] = [], rawAfter: [String] = []
    ) {
        self.name = name
        self.input = Array(input.utf8)
        self.expected = expected
        self.refusals = refusals
        self.rawAfter = rawAfter
    }

    /// Feeds the input cut at `cuts`, and checks what comes out.
    func run(cuts: [Int]) {
        var framer = CommandFramer(limits: limits)
        var steps: [Step] = []
        var decisions = refusals[...]
        var start = 0
        for end in cuts + [input.count] {
            framer.receive(input[start..<end])
            start = end
            while let event = framer.next() {
                switch event {
                case .command(let bytes):
                    let command = text(bytes)
                    steps.append(.command(command))
                    if rawAfter.contains(command) { framer.expectLine() }
                case .continuationNeeded:
                    steps.append(.go)
                case .streamedLiteral(let literal):
                    steps.append(.announced(text(literal.prefix), literal.header, first: literal.isFirst))
                    if decisions.popFirst() == true { framer.refuse() } else { framer.accept() }
                case .chunk(let bytes):
                    #expect(!bytes.isEmpty)
                    if case .content(let before) = steps.last {
                        steps[steps.count - 1] = .content(before + text(Array(bytes)))
                    } else {
                        steps.append(.content(text(Array(bytes))))
                    }
                case .streamEnded(let rest): steps.append(.ended(text(rest)))
                case .refused: steps.append(.refused)
                case .line(let bytes): steps.append(.line(text(bytes)))
                case .failure(let failure): steps.append(.failure(failure))
                }
            }
        }
        #expect(steps == expected, "cut at \(cuts)")
    }
}

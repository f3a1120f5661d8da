// The algorithms of THREAD on tables of messages.

import IMAPSyntax
import MailFormat
import Testing

@testable import IMAPServer

@Suite struct ThreadingTests {
    /// A message by what threading looks at. Numbers are those of the mailbox.
    struct Message: Sendable {
        let number: UInt32
        let date: Int64
        let subject: String
        let id: String
        let references: String

        init(_ number: UInt32, _ id: String, _ references: String = "", _ subject: String = "", date: Int64? = nil) {
            self.number = number
            self.date = date ?? Int64(number)
            self.subject = subject
            self.id = id
            self.references = references
        }
    }

    private func written(_ threads: MessageThreads) -> String {
        var encoder = ResponseEncoder()
        encoder.append(.thread(threads))
        return String(decoding: encoder.takeBytes().dropFirst("* THREAD ".utf8.count).dropLast(2), as: UTF8.self)
    }

    private func ids(_ text: String) -> [MessageID] {
        text.split(separator: " ").flatMap { MessageID.list(in: Array("<\($0)@x>".utf8)) }
    }

    private func references(_ messages: [Message]) throws -> String {
        var threading = ReferenceThreading()
        for message in messages {
            try threading.add(
                ReferenceThreading.Message(
                    number: message.number, date: message.date, subject: ThreadSubject(Array(message.subject.utf8)),
                    id: ids(message.id).first, references: ids(message.references)))
        }
        return written(threading.threads())
    }

    static let referenceCases: [(String, [Message], String)] = [
        ("nothing", [], ""),
        ("a conversation", [Message(1, "a"), Message(2, "b", "a"), Message(3, "c", "a b")], "(1 2 3)"),
        ("two answers", [Message(1, "a"), Message(2, "b", "a"), Message(3, "c", "a")], "(1 (2)(3))"),
        (
            "answers before what they answer", [Message(1, "c", "a b"), Message(2, "b", "a"), Message(3, "a")],
            "(3 2 1)"
        ),
        // Step 3: what is not there leaves no trace, except that its answers stay together.
        ("a lost parent", [Message(1, "b", "a")], "(1)"),
        ("a lost parent of two", [Message(1, "b", "a"), Message(2, "c", "a")], "((1)(2))"),
        ("a loss in between", [Message(1, "a"), Message(2, "c", "a b"), Message(3, "d", "a b")], "(1 (2)(3))"),
        ("a lost line", [Message(1, "d", "a b c"), Message(2, "e", "a b")], "((1)(2))"),
        ("a lost root with one branch", [Message(1, "c", "a b"), Message(2, "d", "a b c")], "(1 2)"),
        // Step 1.
        ("no id", [Message(1, ""), Message(2, ""), Message(3, "a")], "(1)(2)(3)"),
        ("an id twice", [Message(1, "a"), Message(2, "a"), Message(3, "b", "a")], "(1 3)(2)"),
        ("itself", [Message(1, "a", "a"), Message(2, "b", "b a b")], "(2 1)"),
        ("each other", [Message(1, "a", "b"), Message(2, "b", "a")], "(2 1)"),
        ("a loop of three", [Message(1, "a", "c"), Message(2, "b", "a"), Message(3, "c", "b")], "(3 1 2)"),
        ("a loop within References", [Message(1, "d", "a b a c")], "(1)"),
        // b was thought to come from a; b itself knows better.
        (
            "a truncated line corrected",
            [Message(1, "a"), Message(2, "c", "a b"), Message(3, "z"), Message(4, "b", "z")],
            "(1)(3 4 2)"
        ),
        ("a line broken", [Message(1, "a"), Message(2, "c", "a b"), Message(3, "b")], "(1)(3 2)"),
        // Steps 4 and 6.
        (
            "the order of dates",
            [Message(1, "a", date: 30), Message(2, "b", date: 20), Message(3, "c", "a", date: 5)],
            "(2)(1 3)"
        ),
        ("equal dates", [Message(1, "a", date: 0), Message(2, "b", date: 0), Message(3, "c", date: 0)], "(1)(2)(3)"),
        (
            "the order of answers",
            [Message(1, "a", date: 1), Message(2, "b", "a", date: 9), Message(3, "c", "a", date: 8)], "(1 (3)(2))"
        ),
        (
            "a lost parent counts by its first child",
            [Message(1, "b", "a", date: 50), Message(2, "x", date: 20), Message(3, "c", "a", date: 10)], "((3)(1))(2)"
        ),
        // Step 5.
        ("a reply by subject", [Message(1, "a", "", "Hi"), Message(2, "b", "", "re: hi")], "(1 2)"),
        ("a reply that came first", [Message(1, "a", "", "re: hi"), Message(2, "b", "", "HI")], "(2 1)"),
        ("the same subject", [Message(1, "a", "", "hi"), Message(2, "b", "", "hi")], "((1)(2))"),
        ("two replies", [Message(1, "a", "", "re: hi"), Message(2, "b", "", "re: hi")], "((1)(2))"),
        (
            "three of one subject", [Message(1, "a", "", "hi"), Message(2, "b", "", "hi"), Message(3, "c", "", "hi")],
            "((1)(2)(3))"
        ),
        (
            "answers under an answered one",
            [Message(1, "a", "", "hi"), Message(2, "b", "a", "re: hi"), Message(3, "c", "", "re: hi")], "(1 (2)(3))"
        ),
        ("no subject", [Message(1, "a"), Message(2, "b"), Message(3, "c", "", "re:")], "(1)(2)(3)"),
        (
            "a lost parent and its subject",
            [Message(1, "b", "a", "re: hi"), Message(2, "c", "a", "re: hi"), Message(3, "d", "", "hi")], "((1)(2)(3))"
        ),
        (
            "two lost parents",
            [
                Message(1, "b", "a", "re: hi"), Message(2, "c", "a", "re: hi"), Message(3, "e", "d", "re: hi"),
                Message(4, "f", "d", "re: hi"),
            ], "((1)(2)(3)(4))"
        ),
        ("subjects in any case and form", [Message(1, "a", "", "É"), Message(2, "b", "", "re: e\u{301}")], "(1 2)"),
    ]

    @Test(arguments: referenceCases)
    func threadsByReferences(_ name: String, _ messages: [Message], _ expected: String) throws {
        #expect(try references(messages) == expected, "\(name)")
    }

    static let subjectCases: [(String, [Message], String)] = [
        ("nothing", [], ""), ("one", [Message(1, "a", "", "x")], "(1)"),
        ("two of one subject", [Message(1, "", "", "x"), Message(2, "", "", "Re: X")], "(1 2)"),
        (
            "children have no children", [Message(1, "", "", "x"), Message(2, "", "", "x"), Message(3, "", "", "x")],
            "(1 (2)(3))"
        ),
        (
            "threads by the date of their first message",
            [
                Message(1, "", "", "b", date: 5), Message(2, "", "", "a", date: 7), Message(3, "", "", "b", date: 9),
                Message(4, "", "", "a", date: 1),
            ], "(4 2)(1 3)"
        ),
        ("no subjects", [Message(1, ""), Message(2, "", "", "re: ")], "(1 2)"),
    ]

    @Test(arguments: subjectCases)
    func threadsBySubject(_ name: String, _ messages: [Message], _ expected: String) {
        let ordered = messages.map {
            OrderedSubject.Message(
                number: $0.number, date: $0.date, subject: ThreadSubject(Array($0.subject.utf8)).text)
        }
        #expect(written(OrderedSubject.threads(of: ordered)) == expected, "\(name)")
    }

    @Test func aChainOfAnyLengthIsFollowed() throws {
        let count: UInt32 = 8000
        // Forward, backward, and each the parent of the last: every way in which a chain can grow.
        let forward = (1...count).map { Message($0, "\($0)", $0 > 1 ? "\($0 - 1)" : "") }
        #expect(try references(forward).hasPrefix("(1 2 3 4 "))
        let backward = (1...count).map { Message($0, "\($0)", $0 < count ? "\($0 + 1)" : "") }
        #expect(try references(backward).hasSuffix(" 3 2 1)"))
        // Pairs that are put under the end of a long chain.
        let half = count / 2
        let chain = forward.prefix(Int(half))
        let pairs = (half + 1...count).map { number in
            number % 2 == 0 ? Message(number, "\(number)", "\(half)") : Message(number, "\(number)", "\(number + 1)")
        }
        #expect(try references(chain + pairs).hasPrefix("(1 2 3 4 "))
    }

    @Test func aLoopOfAnyLengthIsLeftOut() throws {
        let count: UInt32 = 5000
        let ring = (1...count).map { Message($0, "\($0)", $0 > 1 ? "\($0 - 1)" : "\(count)") }
        let text = try references(ring)
        #expect(text.filter { $0 == "(" }.count == 1)
    }

    @Test func whatIsKeptOfReferencesIsBounded() throws {
        var threading = ReferenceThreading()
        let id = String(repeating: "x", count: 60_000)
        #expect(throws: ReferenceThreading.TooMuch.self) {
            for number in 1...2000 {
                try threading.add(
                    ReferenceThreading.Message(
                        number: UInt32(number), date: 0, subject: ThreadSubject([]), id: ids("\(number)\(id)").first,
                        references: []))
            }
        }
        // The last of many ancestors is the parent still.
        let many = (0..<5000).map { "r\($0)" }.joined(separator: " ")
        #expect(try references([Message(1, "r4999"), Message(2, "b", many)]) == "(1 2)")
    }
}

import Testing

@testable import IMAPSyntax

@Suite("LIST patterns")
struct ListPatternTests {
    static let cases: [(pattern: String, matches: [String], others: [String])] = [
        ("", [""], ["a"]),
        ("a", ["a"], ["", "A", "aa", "a/a"]),
        ("%", ["", "a", "INBOX"], ["a/b", "/"]),
        ("*", ["", "a", "a/b", "/"], []),
        ("%/%", ["a/b", "/"], ["a", "a/b/c"]),
        ("a%", ["a", "ab"], ["a/b", "b"]),
        ("a*", ["a", "ab", "a/b/c"], ["b"]),
        ("*a", ["a", "b/a", "aa"], ["ab", ""]),
        ("%a%", ["a", "xay"], ["x/a", "a/x"]),
        ("*/%b", ["a/b", "a/c/xb", "/b"], ["b", "a/b/c"]),
        ("a/%", ["a/b", "a/"], ["a", "a/b/c"]),
        ("%*", ["", "a/b"], []),
        ("a%%b*%c", ["abc", "axb/yc"], ["a/bc", "ab"]),
        ("inbox", ["INBOX"], ["inboxes", "INBOX/a"]),
        ("inb%", ["INBOX"], ["inboxes2/x", "INBOX/a"]),
        ("*box", ["INBOX", "mybox"], ["myBOX"]),
        ("inBox/A%", ["INBOX/Abc"], ["INBOX/abc", "inboxA"]),
        ("ä%", ["ä", "äb"], ["a"]),
    ]

    @Test("match", arguments: cases)
    func matches(_ pattern: String, _ matches: [String], _ others: [String]) throws {
        let pattern = try #require(ListPattern(pattern))
        for name in matches { #expect(pattern.matches(try mailbox(name)), "\(name)") }
        for name in others { #expect(!pattern.matches(try mailbox(name)), "\(name)") }
    }

    @Test("take the delimiter they are given")
    func delimiter() throws {
        let pattern = try #require(ListPattern("%"))
        #expect(pattern.matches(try mailbox("a/b"), delimiter: UInt8(ascii: ".")))
        #expect(!pattern.matches(try mailbox("a.b"), delimiter: UInt8(ascii: ".")))
    }

    @Test("can tell whether something below a name could match")
    func below() throws {
        let pattern = try #require(ListPattern("a/%/c"))
        for name in ["a", "a/b"] { #expect(pattern.matchesBelow(try mailbox(name)), "\(name)") }
        for name in ["b", "a/b/c", "a/b/d"] { #expect(!pattern.matchesBelow(try mailbox(name)), "\(name)") }
    }

    @Test("join a reference")
    func reference() throws {
        let joined = try #require(ListPattern("%")).under(mailbox("inbox/"))
        #expect(joined.matches(try mailbox("INBOX/a")))
        #expect(!joined.matches(try mailbox("a")))
    }

    static let hostile = ["%*", "*a", "%a", "%a*b", "*%a%", "a%b*", "*/%", "%%%%*"]

    @Test("cost no more than their length times the name's", arguments: hostile)
    func bounded(_ unit: String) throws {
        let pattern = String(repeating: unit, count: 2000 / unit.utf8.count)
        let compiled = try #require(ListPattern(pattern + "!"))
        for letter in ["a", "b", "/"] {
            let name = try mailbox(String(repeating: letter, count: 2000))
            var comparisons = 0
            #expect(!compiled.matches(name, delimiter: UInt8(ascii: "/"), comparisons: &comparisons))
            #expect(comparisons <= (pattern.utf8.count + 2) * 2001)
        }
    }

    @Test("agree with the definition on random short ones")
    func agreesWithDefinition() throws {
        func fits(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
            guard let first = pattern.first else { return name.isEmpty }
            let rest = pattern.dropFirst()
            guard first == UInt8(ascii: "%") || first == UInt8(ascii: "*") else {
                return name.first == first && fits(rest, name.dropFirst())
            }
            if fits(rest, name) { return true }
            guard let byte = name.first, first == UInt8(ascii: "*") || byte != UInt8(ascii: "/") else { return false }
            return fits(pattern, name.dropFirst())
        }
        let patternBytes = bytes("ab/%*")
        let nameBytes = bytes("ab/")
        for _ in 0..<5000 {
            let pattern = (0..<Int.random(in: 0...7)).compactMap { _ in patternBytes.randomElement() }
            let name = (0..<Int.random(in: 0...8)).compactMap { _ in nameBytes.randomElement() }
            let compiled = try #require(ListPattern(utf8: pattern))
            let expected = fits(pattern[...], name[...])
            #expect(
                compiled.matches(try #require(MailboxName(utf8: name))) == expected, "\(text(pattern)) \(text(name))")
        }
    }
}

import IMAPSyntax
import Testing

@Suite("SORT, THREAD and ESEARCH")
struct SortThreadTests {
    private static let unseen = SearchCommand(charset: "UTF-8", key: .unseen)

    static let sorts: [(String, SortCommand)] = [
        ("(DATE) UTF-8 UNSEEN", SortCommand(criteria: [SortCriterion(.date)], search: unseen)),
        (
            "(subject reverse arrival) \"utf-8\" UNSEEN",
            SortCommand(criteria: [SortCriterion(.subject), SortCriterion(.arrival, isReversed: true)], search: unseen)
        ),
        (
            "(CC FROM SIZE TO DISPLAYFROM REVERSE DISPLAYTO) US-ASCII SEEN DRAFT",
            SortCommand(
                criteria: [
                    SortCriterion(.cc), SortCriterion(.from), SortCriterion(.size), SortCriterion(.to),
                    SortCriterion(.displayFrom), SortCriterion(.displayTo, isReversed: true),
                ], search: SearchCommand(charset: "US-ASCII", key: .and([.seen, .draft])))
        ),
        (
            "RETURN (MIN COUNT) (DATE) UTF-8 ALL",
            SortCommand(
                criteria: [SortCriterion(.date)],
                search: SearchCommand(charset: "UTF-8", returns: [.min, .count], key: .all))
        ),
        (
            "RETURN () (DATE) UTF-8 ALL",
            SortCommand(
                criteria: [SortCriterion(.date)], search: SearchCommand(charset: "UTF-8", returns: .all, key: .all))
        ),
    ]

    @Test("SORT", arguments: sorts)
    func sort(_ text: String, _ command: SortCommand) throws {
        #expect(try parse("SORT " + text) == .sort(command, uid: false))
        #expect(try parse("uid sort " + text) == .sort(command, uid: true))
    }

    @Test("THREAD")
    func thread() throws {
        #expect(
            try parse("THREAD REFERENCES UTF-8 UNSEEN")
                == .thread(ThreadCommand(algorithm: .references, search: Self.unseen), uid: false))
        #expect(
            try parse("UID THREAD orderedsubject utf-8 UNSEEN")
                == .thread(ThreadCommand(algorithm: .orderedSubject, search: Self.unseen), uid: true))
    }

    @Test("ESEARCH")
    func multiSearch() throws {
        let names = [try mailbox("a"), try mailbox("b")]
        let all = SearchCommand(returns: .all, key: .unseen)
        #expect(try parse("ESEARCH UNSEEN") == .multiSearch(MultiSearchCommand(search: all)))
        #expect(
            try parse("ESEARCH IN (selected) RETURN (COUNT) CHARSET UTF-8 UNSEEN")
                == .multiSearch(
                    MultiSearchCommand(search: SearchCommand(charset: "UTF-8", returns: .count, key: .unseen))))
        #expect(
            try parse("ESEARCH IN (mailboxes (a b) subtree a subtree-one \"b\" inboxes personal subscribed) UNSEEN")
                == .multiSearch(
                    MultiSearchCommand(
                        sources: [
                            .mailboxes(names), .subtree([names[0]]), .subtreeOne([names[1]]), .inboxes, .personal,
                            .subscribed,
                        ], search: all)))
    }

    @Test(
        "refuses what is malformed",
        arguments: [
            "SORT () UTF-8 ALL", "SORT DATE UTF-8 ALL", "SORT (REVERSE) UTF-8 ALL", "SORT (COLOUR) UTF-8 ALL",
            "SORT (DATE) UTF-8", "SORT (DATE) ALL", "SORT (REVERSE REVERSE DATE) UTF-8 ALL", "THREAD UTF-8 ALL",
            "THREAD REFERENCES UTF-8", "THREAD NONE UTF-8 ALL", "ESEARCH IN () ALL",
            "ESEARCH IN (selected-delayed) ALL",
            "ESEARCH IN (subtree) ALL", "ESEARCH IN (mailboxes ()) ALL", "ESEARCH IN (selected)", "UID ESEARCH ALL",
        ])
    func malformed(_ text: String) {
        #expect(syntaxError(line("a1 " + text)) != nil)
    }

    // MARK: Responses

    private func encoded(_ response: Response) -> String {
        var encoder = ResponseEncoder()
        encoder.append(response)
        return text(encoder.takeBytes())
    }

    @Test("writes SORT")
    func sortResponse() {
        #expect(encoded(.sort([], highestModSeq: nil)) == "* SORT\r\n")
        #expect(encoded(.sort([5, 3, 4], highestModSeq: nil)) == "* SORT 5 3 4\r\n")
        #expect(encoded(.sort([5, 3], highestModSeq: 917_162_500)) == "* SORT 5 3 (MODSEQ 917162500)\r\n")
        var result = ESearchResult(tag: "a", uid: true, min: 5, max: 4, count: 6)
        result.sorted = [5, 3, 4, 9, 8, .max]
        #expect(
            encoded(.eSearch(result)) == "* ESEARCH (TAG \"a\") UID MIN 5 MAX 4 COUNT 6 ALL 5,3:4,9,8,4294967295\r\n")
    }

    @Test("writes the examples of RFC 5256")
    func threadResponse() {
        #expect(encoded(.thread(MessageThreads())) == "* THREAD\r\n")
        let branches = MessageThreads(
            nodes: [
                .init(2), .init(3, children: [2]), .init(6, children: [3, 5]), .init(4, children: [4]), .init(23),
                .init(44, children: [6]), .init(7, children: [7]), .init(96),
            ], roots: [0, 1])
        #expect(encoded(.thread(branches)) == "* THREAD (2)(3 6 (4 23)(44 7 96))\r\n")
        let lost = MessageThreads(nodes: [.init(nil, children: [1, 2]), .init(3), .init(5)], roots: [0])
        #expect(encoded(.thread(lost)) == "* THREAD ((3)(5))\r\n")
    }

    @Test("writes threads of any depth")
    func deepThread() {
        var nodes = (0..<100_000).map { MessageThreads.Node(7, children: [$0 + 1]) }
        nodes.append(MessageThreads.Node(8))
        #expect(encoded(.thread(MessageThreads(nodes: nodes, roots: [0]))).hasSuffix(" 7 7 8)\r\n"))
        // Node 2n divides into 2n + 1, a leaf, and 2n + 2.
        var branches: [MessageThreads.Node] = []
        for level in 0..<50_000 { branches += [.init(1, children: [2 * level + 1, 2 * level + 2]), .init(2)] }
        branches.append(.init(3))
        #expect(
            encoded(.thread(MessageThreads(nodes: branches, roots: [0])))
                .hasSuffix("(3)" + String(repeating: ")", count: 50_000) + "\r\n"))
    }

    @Test("writes correlators")
    func correlators() throws {
        var result = ESearchResult(tag: "t1", uid: true, all: set(1...3))
        result.mailbox = SearchedMailboxName(try mailbox("a b"), uidValidity: 503)
        #expect(
            encoded(.eSearch(result))
                == "* ESEARCH (TAG \"t1\" MAILBOX \"a b\" UIDVALIDITY 503) UID ALL 1:3\r\n")
    }

    @Test("CANCELUPDATE")
    func cancelUpdate() throws {
        #expect(try parse("CANCELUPDATE \"b1\"") == .cancelUpdate(["b1"]))
        #expect(try parse("cancelupdate \"b1\" \"b 2\"") == .cancelUpdate(["b1", "b 2"]))
        #expect(syntaxError(line("a1 CANCELUPDATE")) != nil)
        #expect(syntaxError(line("a1 CANCELUPDATE b1")) != nil)
    }

    @Test("return options with arguments")
    func returnOptions() throws {
        #expect(
            try parse("SEARCH RETURN (UPDATE PARTIAL 500:401 CONTEXT) ALL")
                == .search(
                    SearchCommand(returns: [.update, .partial, .context], partial: PartialRange(500, 401), key: .all),
                    uid: false))
    }

    @Test("writes updates")
    func contexts() {
        var update = ESearchResult(tag: "b", uid: false)
        update.added = set(2733...2735)
        update.removed = set(1...1)
        #expect(encoded(.eSearch(update)) == "* ESEARCH (TAG \"b\") REMOVEFROM (0 1) ADDTO (0 2733:2735)\r\n")
        #expect(
            encoded(.untagged(.no(ResponseText("x", code: .noUpdate("b 2"))))) == "* NO [NOUPDATE \"b 2\"] x\r\n")
    }

    @Test("writes progress")
    func progress() {
        #expect(
            encoded(.untagged(.ok(ResponseText("x", code: .inProgress(tag: "a1", done: 5, goal: 10)))))
                == "* OK [INPROGRESS (\"a1\" 5 10)] x\r\n")
        #expect(
            encoded(.untagged(.ok(ResponseText("x", code: .inProgress(tag: nil, done: 0, goal: 10)))))
                == "* OK [INPROGRESS (NIL 0 10)] x\r\n")
    }
}

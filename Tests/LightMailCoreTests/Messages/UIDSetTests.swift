import Testing

@testable import LightMailCore

@Suite struct UIDSetTests {
    @Test(
        arguments: [
            ([], [], "(FALSE)"),
            ([7], [7...7], "(uid IN (7))"),
            ([3, 1, 2, 2], [1...3], "(uid BETWEEN 1 AND 3)"),
            (
                [1, 2, 9, 11, 12], [1...2, 9...9, 11...12],
                "(uid BETWEEN 1 AND 2 OR uid BETWEEN 11 AND 12 OR uid IN (9))"
            ),
            ([UID.max, UID.max - 1], [UID.max - 1...UID.max], "(uid BETWEEN 4294967294 AND 4294967295)"),
        ] as [([UID], [ClosedRange<UID>], String)])
    func ranges(_ uids: [UID], _ ranges: [ClosedRange<UID>], _ condition: String) {
        let set = UIDSet(uids)
        #expect(set.ranges == ranges)
        #expect(set.condition.text == condition)
        #expect(set.count == Set(uids).count)
        for uid in uids { #expect(set.contains(uid)) }
        #expect(!set.contains(1000))
    }

    @Test(
        arguments: [
            ([], [1, 2], []),
            ([1, 2, 3, 7], [2, 3, 4, 7, 9], [2, 3, 7]),
            ([1, 2, 3, 4, 5], [2, 4], [2, 4]),
            ([5, UID.max], [6, UID.max], [UID.max]),
        ] as [([UID], [UID], [UID])])
    func intersection(_ left: [UID], _ right: [UID], _ common: [UID]) {
        #expect(UIDSet(left).intersection(UIDSet(right)) == UIDSet(common))
        #expect(UIDSet(right).intersection(UIDSet(left)) == UIDSet(common))
    }
}

@Suite struct MailboxDeltaTests {
    /// An index with the given UIDs and mod-sequences.
    private func index(_ rows: [(UID, ModSeq)], highest: ModSeq) -> MailboxIndex {
        var index = MailboxIndex(
            mailbox: MailboxID(1), uidValidity: 1, uidNext: 100, highestModSeq: highest, dictionary: KeywordDictionary()
        )
        for (uid, modSeq) in rows {
            index.append(MailboxIndex.Row(uid: uid, flags: 0, keywords: 0, modSeq: modSeq, size: 1, date: 0))
        }
        return index
    }

    @Test func tellsWhatWentCameAndChanged() {
        let old = index([(1, 1), (3, 1), (5, 2), (9, 2)], highest: 2)
        let new = index([(3, 4), (5, 2), (12, 3)], highest: 4)
        let delta = MailboxDelta(from: old, to: new)
        #expect(delta.expunged == [0, 3])
        #expect(delta.vanished.ranges == [1...1, 9...9])
        #expect(delta.changed == [3])
        #expect(delta.added == [12])
        #expect(MailboxDelta(from: new, to: new).isEmpty)
    }

    /// Large ones are compared by blocks: what is found is the same wherever in a block it lies.
    @Test func tellsTheSameOfLargeMailboxes() {
        let size = UInt32(MailboxIndex.comparedAtOnce * 3 + 7)
        let rows = (1...size).map { (UID($0), ModSeq(1)) }
        let old = index(rows, highest: 1)
        let block = UInt32(MailboxIndex.comparedAtOnce)
        for place in [1, 2, block - 1, block, block + 1, 2 * block, 2 * block + 1, size - 7, size] {
            let changed = index(rows.map { ($0.0, $0.0 == place ? 2 : 1) }, highest: 2)
            #expect(MailboxDelta(from: old, to: changed).changed == [place])
            let gone = old.without([place, size / 2])
            let delta = MailboxDelta(from: old, to: gone)
            #expect(delta.expunged == Set([place, size / 2]).map { Int($0) - 1 }.sorted())
            #expect(delta.changed.isEmpty && delta.added.isEmpty)
            #expect(MailboxDelta(from: gone, to: old).added == Set([place, size / 2]).sorted())
            #expect(gone.uids == rows.map(\.0).filter { $0 != place && $0 != size / 2 })
        }
        let every = index(rows.map { ($0.0, $0.0 % 3 == 0 ? 2 : 1) }, highest: 2)
        #expect(MailboxDelta(from: old, to: every).changed == rows.map(\.0).filter { $0 % 3 == 0 })
        let more = index(rows + [(size + 5, 2)], highest: 2)
        #expect(MailboxDelta(from: old, to: more).added == [size + 5])
    }

    @Test func keepsWhatASessionMayNotBeToldIsGone() {
        let old = index([(1, 1), (3, 1), (9, 2)], highest: 2)
        let new = index([(3, 4), (12, 3)], highest: 4)
        let view = new.keeping(expungedOf: old)
        #expect(view.uids == [1, 3, 9, 12])
        #expect(view.modSeqs == [1, 4, 2, 3])
        // Found missing again when it may be told.
        #expect(MailboxDelta(from: view, to: new).expunged == [0, 2])
    }

    @Test func namesWhatIsMissing() {
        let view = index([(2, 1), (3, 1), (9, 1)], highest: 1)
        #expect(view.missing(in: [1...10]).ranges == [1...1, 4...8, 10...10])
        #expect(view.missing(in: [2...3, 9...9]).isEmpty)
        #expect(view.missing(in: [3...4, 8...UID.max]).ranges == [4...4, 8...8, 10...UID.max])
        #expect(view.missing(in: [UID.max...UID.max]).ranges == [UID.max...UID.max])
        #expect(view.positions(of: 3...8) == 1..<2)
        #expect(view.positions(of: 4...8).isEmpty)
        #expect(view.positions(of: 1...UID.max) == 0..<3)
    }

    @Test func leavesOut() {
        let view = index([(2, 1), (3, 2), (9, 3)], highest: 3).without([3, 4])
        #expect(view.uids == [2, 9])
        #expect(view.modSeqs == [1, 3])
    }

    @Test func appliesChangesInAnyPlace() {
        var view = index([(1, 1), (3, 1), (9, 2)], highest: 2)
        func row(_ uid: UID, _ modSeq: ModSeq) -> MailboxIndex.Row {
            MailboxIndex.Row(uid: uid, flags: 1, keywords: 2, modSeq: modSeq, size: 5, date: 6)
        }
        // Deleted, changed, restored below the last, new, and deleted before it was ever seen.
        view.apply([(row(1, 3), true), (row(3, 4), false), (row(7, 5), false), (row(20, 6), false), (row(21, 7), true)])
        #expect(view.uids == [3, 7, 9, 20])
        #expect(view.modSeqs == [4, 5, 2, 6])
        #expect(view.flags == [1, 1, 0, 1])
        #expect(view.position(of: 9) == 2 && view.position(of: 8) == nil)
    }
}

@Suite struct KeywordDictionaryTests {
    @Test func namesDifferByMoreThanCase() throws {
        var dictionary = KeywordDictionary()
        let forwarded = try #require(Keyword("$Forwarded"))
        #expect(dictionary.add(forwarded) == 0)
        #expect(dictionary.mask(of: try #require(Keyword("$FORWARDED"))) == 1)
        #expect(dictionary.keywords(in: 1) == [forwarded])
    }

    @Test func holdsSixtyFour() throws {
        var dictionary = KeywordDictionary()
        for number in 0..<KeywordDictionary.capacity {
            #expect(dictionary.add(try #require(Keyword("k\(number)"))) == number)
        }
        #expect(!dictionary.hasRoom)
        #expect(dictionary.add(try #require(Keyword("one-more"))) == nil)
        #expect(dictionary.keywords(in: 1 << 63).map(\.name) == ["k63"])
    }

    @Test(arguments: ["", "a b", "a(", "{", "%", "*", "\"", "\\Seen", "]", "é", String(repeating: "x", count: 101)])
    func refusesWhatIsNoAtom(_ name: String) {
        #expect(Keyword(name) == nil)
    }
}

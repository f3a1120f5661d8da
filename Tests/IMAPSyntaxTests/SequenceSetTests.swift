import IMAPSyntax
import Testing

@Suite("Sequence sets")
struct SequenceSetTests {
    static let sets: [(given: String, normal: String)] = [
        ("1", "1"), ("3,1,2", "1:3"), ("5:2", "2:5"), ("1:3,2:5,7", "1:5,7"), ("1,1,1", "1"), ("4:6,1:10", "1:10"),
        ("*", "*"), ("*:*", "*"), ("*:4", "4:*"), ("5:*,3:*", "3:*"), ("1:5,3:*", "1:*"), ("2:*,1", "1:*"),
        ("1,3:*", "1,3:*"), ("*,7", "7,*"), ("$", "$"), ("2,$,1", "1:2,$"), ("*,$", "*,$"),
        ("4294967295", "4294967295"), ("4294967294:4294967295,1", "1,4294967294:4294967295"),
    ]

    @Test("are normalised, and read back as written", arguments: sets)
    func normalised(_ given: String, _ normal: String) throws {
        guard case .uidExpunge(let set) = try parse("UID EXPUNGE " + given) else {
            return #expect(Bool(false), "no set")
        }
        var encoder = ResponseEncoder()
        encoder.append(set: set)
        #expect(text(encoder.bytes) == normal)
        #expect(try parse("UID EXPUNGE " + normal) == .uidExpunge(set))
    }

    @Test("mean what the RFC says, in mailboxes of every small size")
    func meaning() throws {
        let given = ["*:4,5:7", "2,4:7,9,12:*", "1:*", "*", "5:*,3:*", "3:*,7:9", "8:*,1:2", "4,*", "2:3,9:*,6"]
        for text in given {
            guard case .uidExpunge(let set) = try parse("UID EXPUNGE " + text) else { continue }
            for largest in UInt32(0)...15 {
                let expected = Self.members(text, largest: largest)
                let resolved = set.resolved(largest: largest)
                #expect(resolved.flatMap { Array($0) } == expected, "\(text) in \(largest)")
                for number in UInt32(0)...16 {
                    #expect(set.contains(number, largest: largest) == expected.contains(number))
                }
            }
        }
    }

    /// The definition, number by number.
    private static func members(_ text: String, largest: UInt32) -> [UInt32] {
        guard largest > 0 else { return [] }
        var members = Set<UInt32>()
        for element in text.split(separator: ",") {
            let bounds = element.split(separator: ":").map { UInt32($0) ?? largest }
            guard let low = bounds.min(), let high = bounds.max() else { continue }
            for number in low...high where number <= largest { members.insert(number) }
        }
        return members.sorted()
    }

    @Test("know the largest number they name")
    func largest() {
        #expect(set(1...4, 9...9).largestNumber == 9)
        #expect(set(1...4, open: 7).largestNumber == 7)
        #expect(set(open: .max).largestNumber == nil)
        #expect(set(2...3, open: .max).largestNumber == 3)
    }

    @Test("are built from ascending numbers")
    func ascending() {
        #expect(SequenceSet(ascending: [1, 2, 2, 3, 7, 9, 10]) == set(1...3, 7...7, 9...10))
        #expect(SequenceSet(ascending: []).isEmpty)
        #expect(SequenceSet(ascending: [0]).isEmpty)
        #expect(SequenceSet(ascending: [.max - 1, .max]).fixedCount == 2)
        #expect(set(1...(.max)).fixedCount == UInt64(UInt32.max))
    }
}

import IMAPSyntax
import MailFormat

/// Steps 4 to 6 of THREAD=REFERENCES (RFC 5256 3): the threads in their order, those of one subject brought together.
struct ThreadGathering {
    private struct Member {
        /// Nil for a dummy, which only ever stands at the top.
        let number: UInt32?
        var date: Int64
        let subject: ThreadSubject?
        var children: [Int] = []
        /// Its place among equal dates.
        var order: Int
    }

    private var members: [Member] = []
    private var roots: [Int] = []

    /// Adds a message. Messages may come in any order.
    mutating func add(_ number: UInt32, _ date: Int64, _ subject: ThreadSubject) -> Int {
        members.append(Member(number: number, date: date, subject: subject, order: Int(number)))
        return members.count - 1
    }

    mutating func adopt(_ child: Int, under parent: Int) {
        members[parent].children.append(child)
    }

    /// Adds a thread whose topmost messages these are: several are the children of a dummy.
    mutating func addThread(_ tops: [Int]) {
        if tops.count > 1 {
            roots.append(addDummy(tops))
        } else {
            roots += tops
        }
    }

    private mutating func addDummy(_ children: [Int]) -> Int {
        members.append(Member(number: nil, date: 0, subject: nil, children: children, order: 0))
        return members.count - 1
    }

    /// Steps 4 and 5.
    mutating func mergeSubjects() {
        sortRoots()
        var table = subjectTable()
        var tops = roots
        /// What went under another root.
        var covered: Set<Int> = []
        for root in roots where !covered.contains(root) {
            guard let subject = threadSubject(of: root), !subject.isEmpty, let listed = table[subject], listed != root
            else { continue }
            covered.insert(root)
            guard let dummy = merge(root, into: listed) else { continue }
            covered.insert(listed)
            table[subject] = dummy
            tops.append(dummy)
        }
        roots = tops.filter { !covered.contains($0) }
    }

    /// Step 5.B.
    private func subjectTable() -> [CasemappedText: Int] {
        var table: [CasemappedText: Int] = [:]
        for root in roots {
            guard let subject = threadSubject(of: root), !subject.isEmpty else { continue }
            guard let listed = table[subject] else {
                table[subject] = root
                continue
            }
            guard !isDummy(listed) else { continue }
            if isDummy(root) || (isReplyOrForward(listed) && !isReplyOrForward(root)) { table[subject] = root }
        }
        return table
    }

    /// Step 5.C.
    ///
    /// - Returns: a new dummy that stands for both; nil when the thread went under the one listed.
    private mutating func merge(_ root: Int, into listed: Int) -> Int? {
        if isDummy(listed) {
            members[listed].children += isDummy(root) ? members[root].children : [root]
            return nil
        }
        if isReplyOrForward(root), !isReplyOrForward(listed) {
            members[listed].children.append(root)
            return nil
        }
        return addDummy([listed, root])
    }

    /// Step 6.
    mutating func finish() -> MessageThreads {
        for place in members.indices { sortChildren(of: place) }
        sortRoots()
        return MessageThreads(
            nodes: members.map { MessageThreads.Node($0.number, children: $0.children) }, roots: roots)
    }

    private mutating func sortChildren(of place: Int) {
        guard members[place].children.count > 1 else { return }
        let sorted = sorted(members[place].children)
        members[place].children = sorted
    }

    private mutating func sortRoots() {
        for root in roots where isDummy(root) {
            sortChildren(of: root)
            // A dummy counts by its first child.
            guard let first = members[root].children.first else { continue }
            members[root].date = members[first].date
            members[root].order = members[first].order
        }
        roots = sorted(roots)
    }

    private func sorted(_ places: [Int]) -> [Int] {
        places.sorted { (members[$0].date, members[$0].order) < (members[$1].date, members[$1].order) }
    }

    private func isDummy(_ place: Int) -> Bool { members[place].number == nil }

    private func isReplyOrForward(_ place: Int) -> Bool { members[place].subject?.isReplyOrForward == true }

    /// Step 5.B.i.
    private func threadSubject(of root: Int) -> CasemappedText? {
        let place = isDummy(root) ? members[root].children.first : root
        return place.flatMap { members[$0].subject?.text }
    }
}

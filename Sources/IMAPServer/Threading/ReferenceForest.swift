// Trees whose nodes name each other by number: parents, and children in their order. Nothing here recurses.

/// The trees that step 1 of THREAD=REFERENCES links and unlinks.
///
/// The question whether a link would make a loop is answered by going up from one end and down from the other in turn,
/// so that it costs no more than the smaller of the two ways.
struct ReferenceForest {
    private static let none: Int32 = -1

    private var parents: [Int32] = []
    private var firstChildren: [Int32] = []
    private var lastChildren: [Int32] = []
    private var nextSiblings: [Int32] = []
    private var previousSiblings: [Int32] = []

    var count: Int { parents.count }

    /// Adds a tree of one node.
    mutating func makeNode() -> Int {
        parents.append(Self.none)
        firstChildren.append(Self.none)
        lastChildren.append(Self.none)
        nextSiblings.append(Self.none)
        previousSiblings.append(Self.none)
        return parents.count - 1
    }

    func parent(of node: Int) -> Int? { Self.node(parents[node]) }

    /// The children of a node, oldest link first.
    func children(of node: Int) -> some Sequence<Int> {
        sequence(state: firstChildren[node]) { place -> Int? in
            guard let child = Self.node(place) else { return nil }
            place = nextSiblings[child]
            return child
        }
    }

    /// Makes `child`, which has no parent, a child of `parent`, unless that would make a loop.
    mutating func link(_ child: Int, under parent: Int) {
        guard !isAtOrBelow(parent, child) else { return }
        let last = lastChildren[parent]
        parents[child] = Int32(parent)
        previousSiblings[child] = last
        if let last = Self.node(last) {
            nextSiblings[last] = Int32(child)
        } else {
            firstChildren[parent] = Int32(child)
        }
        lastChildren[parent] = Int32(child)
    }

    /// Makes a node, with all below it, a tree of its own.
    mutating func unlink(_ child: Int) {
        guard let parent = parent(of: child) else { return }
        let (previous, next) = (previousSiblings[child], nextSiblings[child])
        if let previous = Self.node(previous) { nextSiblings[previous] = next } else { firstChildren[parent] = next }
        if let next = Self.node(next) { previousSiblings[next] = previous } else { lastChildren[parent] = previous }
        parents[child] = Self.none
        nextSiblings[child] = Self.none
        previousSiblings[child] = Self.none
    }

    /// Whether `node` is `top`, which has no parent, or below it.
    private func isAtOrBelow(_ node: Int, _ top: Int) -> Bool {
        var upward = node
        var downward = top
        while true {
            if upward == top || downward == node { return true }
            guard let above = parent(of: upward) else { return false }
            upward = above
            guard let below = following(downward, in: top) else { return false }
            downward = below
        }
    }

    /// The node after another in the tree below `top`, parents before children; nil behind the last.
    func following(_ node: Int, in top: Int) -> Int? {
        if let child = Self.node(firstChildren[node]) { return child }
        var place = node
        while place != top {
            if let next = Self.node(nextSiblings[place]) { return next }
            guard let above = parent(of: place) else { return nil }
            place = above
        }
        return nil
    }

    private static func node(_ place: Int32) -> Int? { place == none ? nil : Int(place) }
}
